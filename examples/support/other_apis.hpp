#ifndef EXAMPLES_SUPPORT_OTHER_APIS_HPP
#define EXAMPLES_SUPPORT_OTHER_APIS_HPP

#include <cojob/testing/mock_server.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

// What the mock server answers in the place of services that it does not know: each answer once, in order.
class other_api {
  public:
    /// `at` is where the URLs in the answers lead, but for a hostile one.
    other_api(cojob::testing::mock_server& server, std::string at) : server_(server), at_(std::move(at)) {}

    void play(std::string_view service)
    {
        if (service == "predictions")
            predictions();
        else if (service == "batch_files")
            batch_files();
        else if (service == "operation_location")
            operation_location();
        else if (service == "done_operations")
            done_operations();
    }

  private:
    void predictions()
    {
        answer("POST", 201, prediction("p1", "starting"));
        answer("GET", 200, prediction("p1", "processing"));
        answer("GET", 200, prediction("p1", "succeeded", "42"));
        answer("POST", 201, prediction("p2", "starting"));
        server_.answer_next(200, prediction("p2", "processing"), {}, 100, "GET");
        answer("POST", 200, prediction("p2", "canceled"));
    }

    void batch_files()
    {
        answer("POST", 200, batch("validating", 0, "null"));
        answer("GET", 200, batch("in_progress", 1, "null"));
        answer("GET", 200, batch("completed", 2, "\"file_2\""));
        answer("GET", 200, "{\"custom_id\":\"1\",\"response\":42}\n{\"custom_id\":\"2\",\"response\":43}\n");
    }

    void operation_location()
    {
        const cojob::http::header_list later{{"Retry-After", "1"}};
        auto accepted = later;
        accepted.emplace_back("Operation-Location", at_ + "/v1/operations/7?api-version=1");
        answer("POST", 202, "", accepted);
        answer("GET", 200, R"({"status":"running"})", later);
        answer("GET", 200, R"({"status":"succeeded","result":{"pages":3}})");
        answer("POST", 202, "", {{"Operation-Location", "https://evil.example/v1/operations/7"}});
    }

    void done_operations()
    {
        answer("POST", 200, R"({"name":"operations/7","metadata":{"percent":0}})");
        answer("GET", 200, R"({"name":"operations/7","done":false,"metadata":{"percent":50}})");
        answer("GET", 200, R"({"name":"operations/7","done":true,"response":{"accuracy":"0.9"}})");
    }

    [[nodiscard]] std::string prediction(const std::string& id, const std::string& status,
                                         const std::string& output = "null") const
    {
        return R"({"id":")" + id + R"(","status":")" + status + R"(","output":)" + output + R"(,"urls":{"cancel":")" +
               at_ + "/v1/predictions/" + id + R"(/cancel"}})";
    }

    static std::string batch(const std::string& status, int completed, const std::string& output_file)
    {
        return R"({"id":"batch_1","status":")" + status + R"(","output_file_id":)" + output_file +
               R"(,"request_counts":{"total":2,"completed":)" + std::to_string(completed) + "}}";
    }

    void answer(const char* method, int status, std::string body, cojob::http::header_list headers = {})
    {
        server_.answer_next(status, std::move(body), std::move(headers), 1, method);
    }

    cojob::testing::mock_server& server_;
    std::string at_;
};

#endif
