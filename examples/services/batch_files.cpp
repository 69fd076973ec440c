// Batches of files: a job takes a file that was uploaded before and writes another, which is fetched at its end.
//
//     SERVICE_URL=https://… SERVICE_KEY=… ./batch_files
//     examples/run build/dev/examples batch_files     # without an account, against a mock server

#include "../support/run_service.hpp"
#include <cojob/job/progress.hpp>

#include <boost/json.hpp>
#include <iostream>

using namespace std::chrono_literals;

struct batch {
    std::string id, status, output_file; ///< the file is empty until there is one
    std::int64_t completed = 0, total = 0;
    friend bool operator==(const batch&, const batch&) = default;
    friend std::string job_id(const batch& b) { return b.id; }
    friend std::string status_text(const batch& b) { return b.status; }
    friend bool is_finished(const batch& b)
    {
        return b.status == "completed" || b.status == "failed" || b.status == "expired" || b.status == "cancelled";
    }
    friend bool is_unknown(const batch&) { return false; } // any other status goes on
};

class batches {
  public:
    using job_type = batch;
    static constexpr std::string_view api_name = "batches";

    batches(cojob::client c, cojob::api_base base) : client_(std::move(c)), base_(std::move(base)) {}
    cojob::client get_client() const { return client_; }
    std::string scope() const { return to_string(base_.url()); }
    cojob::poll_schedule default_schedule() const { return {1s, 1s, 60s, 1.5}; } // a batch may take a day
    batches with(cojob::client c) const { return {std::move(c), base_}; }
    friend bool operator==(const batches&, const batches&) = default;

    asio::awaitable<batch> create_job(std::string input_file) const
    {
        cojob::api_request r("POST", base_, {"v1", "batches"});
        r.json = serialize(boost::json::value{{"input_file_id", input_file}, {"completion_window", "24h"}});
        return call(client_, std::move(r));
    }
    asio::awaitable<batch> get_job(std::string id) const
    {
        return call(client_, {"GET", base_, {"v1", "batches", id}});
    }
    asio::awaitable<cojob::http::response> get_file(std::string id) const
    {
        return client_.send({"GET", base_, {"v1", "files", id, "content"}});
    }

  private:
    static asio::awaitable<batch> call(cojob::client c, cojob::api_request r)
    {
        const auto json = boost::json::parse((co_await c.send(std::move(r))).body);
        const auto &file = json.at("output_file_id"), &counts = json.at("request_counts");
        co_return batch{std::string(json.at("id").as_string()), std::string(json.at("status").as_string()),
                        file.is_string() ? std::string(file.get_string()) : std::string(),
                        counts.at("completed").to_number<std::int64_t>(), counts.at("total").to_number<std::int64_t>()};
    }

    cojob::client client_;
    cojob::api_base base_;
};

asio::awaitable<void> run_batch(batches service)
{
    const auto created = co_await service.create_job("file_1");
    const auto show = [](const batch& b) { std::cout << b.status << ' ' << b.completed << '/' << b.total << '\n'; };
    const auto ended = co_await cojob::wait_for_job(service, created, show, {.timeout = 24h});
    if (!ended.output_file.empty())
        std::cout << (co_await service.get_file(ended.output_file)).body;
}

int main()
{
    return run_service(run_batch);
}
