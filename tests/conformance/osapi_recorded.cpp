// Replays the answers of a real OSAPI server, which lie beside the folder that COJOB_SPECS_DIR names, to the operation
// each belongs to: the head of each in NAME.headers, the body in NAME.json.
// Exit status: 0 all was right, 1 something was not, 77 there are none here.

#include "same_as_json.hpp"
#include "support.hpp"

#include <cojob/detail/json_cursor.hpp>
#include <cojob/osapi/jobs.hpp>
#include <cojob/testing/scripted_transport.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/json/parse.hpp>

#include <array>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>

namespace asio = boost::asio;
namespace osapi = cojob::osapi;
using cojob::http::response;

namespace {

constexpr auto asked = "00000000-0000-4000-8000-000000000000"; ///< where the answer is about no job

std::string read(const std::filesystem::path& file)
{
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

response read_answer(const std::filesystem::path& headers)
{
    response answer;
    std::istringstream head(read(headers));
    std::string line, version;
    std::getline(head, line);
    std::istringstream(line) >> version >> answer.status;
    while (std::getline(head, line)) {
        line.erase(line.find_last_not_of('\r') + 1);
        if (const auto colon = line.find(": "); colon != line.npos)
            answer.headers.emplace_back(line.substr(0, colon), line.substr(colon + 2));
    }
    answer.body = read(std::filesystem::path(headers).replace_extension(".json")); // empty where there is none
    return answer;
}

class replay {
  public:
    explicit replay(conformance::report& report) : report_(report) {}

    void operator()(const std::string& name, const response& answer)
    {
        static constexpr std::array<std::pair<std::string_view, void (replay::*)(const std::string&)>, 9> operations{
            {{"job-", &replay::get},
             {"orig-", &replay::get},
             {"bad-uuid", &replay::get},
             {"list", &replay::list},
             {"bad-", &replay::list},
             {"expired", &replay::list},
             {"del-", &replay::remove},
             {"read-delete", &replay::remove},
             {"retry", &replay::retry}}};
        answer_ = answer;
        for (const auto& [prefix, operation] : operations)
            if (name.starts_with(prefix))
                return (this->*operation)(name);
        list(name); // whatever was refused before the server looked at what it is about
    }

  private:
    void get(const std::string& name)
    {
        const auto id = cojob::detail::find_json_id(answer_.body, "id");
        check(name, service().get_job(id.empty() ? asked : id));
    }
    void list(const std::string& name) { check(name, service().list_jobs()); }
    void remove(const std::string& name) { check(name, service().delete_job(asked)); }
    void retry(const std::string& name) { check(name, service().retry_job(asked)); }

    [[nodiscard]] osapi::jobs service()
    {
        auto transport = std::make_shared<cojob::testing::scripted_transport>([this](const cojob::http::request&) {
            return cojob::testing::scripted_reply(answer_.status, answer_.body, answer_.headers);
        });
        osapi::jobs_options service_options;
        service_options.token = cojob::secret("a-token");
        return {cojob::client(context_.get_executor(), conformance::one_attempt(), transport), service_options};
    }

    template <class T>
    void check(const std::string& name, asio::awaitable<T> operation)
    {
        const auto result = conformance::outcome(context_, std::move(operation));
        if (answer_.status >= 300) {
            check_failure(name, result);
        } else if (report_.succeeds(result, name + ": " + std::to_string(answer_.status))) {
            if constexpr (!std::is_void_v<T>) {
                const auto differences = conformance::differences(*result, boost::json::parse(answer_.body));
                report_.expect(differences.empty(),
                               name + ": " +
                                   (differences.empty() ? "as in the JSON" : "not as in the JSON: " + differences));
            }
        }
    }

    template <class T>
    void check_failure(const std::string& name, const cojob::result<T>& result)
    {
        if (!report_.fails(result, conformance::code_of(answer_.status), name))
            return;
        const auto& failure = result.error();
        report_.expect(failure.http_status == answer_.status, name + ": the status");
        report_.expect(failure.server_message == conformance::words_of(boost::json::parse(answer_.body)),
                       name + ": the server's words");
        report_.expect(!failure.request_id.empty() && failure.request_id == answer_.header("X-Request-Id"),
                       name + ": request id " + failure.request_id);
    }

    conformance::report& report_;
    asio::io_context context_;
    response answer_;
};

} // namespace

int main()
{
    return conformance::run_program([] {
        const auto specs = conformance::environment("COJOB_SPECS_DIR");
        if (!specs)
            return conformance::skip("COJOB_SPECS_DIR is not set: no recorded answers to look at");
        const auto folder = std::filesystem::path(*specs) / ".." / "recorded" / "osapi";
        if (!std::filesystem::is_directory(folder))
            return conformance::skip("no recorded answers lie beside the folder of COJOB_SPECS_DIR");
        std::set<std::filesystem::path> heads;
        for (const auto& entry : std::filesystem::directory_iterator(folder))
            if (entry.path().extension() == ".headers")
                heads.insert(entry.path());
        conformance::report report;
        replay replay_one(report);
        for (const auto& head : heads)
            replay_one(head.stem().string(), read_answer(head));
        report.expect(!heads.empty(), std::to_string(heads.size()) + " recorded answers");
        return report.exit_status();
    });
}
