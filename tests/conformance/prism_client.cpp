// prism_client URL [--dynamic COUNT]: drives every operation against the vendors' documents, played by Prism, for every
// documented status and every named example, and then for at least COUNT random answers. A project's id, or a folder
// before OSAPI's path, says which answer is wanted: `code-404`, `example-completed`, `seed-7` for a random one,
// `sparse-7` for a random one that leaves out some of what may be absent. tests/conformance/prism starts what this
// needs. COJOB_CA_FILE has the authority to trust.
//
// Exit status: 0 all was right, 1 something was not.

#include "prism_operations.hpp"
#include "prism_sites.hpp"
#include "refusals.hpp"
#include "same_as_json.hpp"
#include "support.hpp"
#include "witness.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/json/parse.hpp>

#include <cstddef>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace asio = boost::asio;

namespace {

using conformance::operation;

class prism_client {
  public:
    explicit prism_client(const std::string& url) : vendors_(url), sites_(url) {}

    int run(std::size_t random_answers)
    {
        documented_mintlify();
        documented_sites();
        documented_osapi("osapi");
        documented_osapi("osapi-dated");
        report_.say(std::to_string(answers_) + " documented answers: " + std::to_string(decoded_) + " decoded, " +
                    std::to_string(refused_) + " refused as invalid_response, " +
                    std::to_string(answers_ - decoded_ - refused_) + " errors");
        if (random_answers != 0)
            random(random_answers);
        return report_.exit_status();
    }

  private:
    void documented_mintlify()
    {
        const std::vector<std::string> jobs{"example-active", "example-completed", "example-failed",
                                            "example-archived"};
        each(vendors_.create(), jobs);
        each(vendors_.create(), {"code-201", "code-400", "code-429", "code-503"});
        each(vendors_.get(), jobs);
        each(vendors_.get(), {"code-200", "code-404", "code-503"});
        each(vendors_.message(), jobs);
        each(vendors_.message(), {"code-200", "code-400", "code-404", "code-429", "code-503"});
        each(vendors_.get_session(), {"code-200"});
        each(vendors_.list_sessions(), {"code-200"});
        stream("code-200");
    }

    void documented_sites()
    {
        each(sites_.update(), {"code-202"});
        each(sites_.preview(), {"code-202", "code-400", "code-403"});
        each(sites_.get_deployment(), {"code-200"});
        each(sites_.trigger(), {"code-202", "code-400", "code-404"});
        each(sites_.create_export(), {"code-202", "code-400", "code-401", "code-403"});
        each(sites_.get_export(), {"code-200", "code-401", "code-404"});
        each(sites_.create_bundle(), {"code-200", "code-401", "code-404", "code-409"});
    }

    void documented_osapi(const std::string& folder)
    {
        const std::vector<std::string> refusals{"code-400", "code-401", "code-403", "code-500"};
        each(vendors_.list(folder), {"code-200"});
        each(vendors_.list(folder), refusals);
        each(vendors_.get(folder), {"code-200", "code-404"});
        each(vendors_.get(folder), refusals);
        each(vendors_.remove(folder), {"code-204", "code-404"});
        each(vendors_.remove(folder), refusals);
        each(vendors_.retry(folder), {"code-201", "code-404"});
        each(vendors_.retry(folder), refusals);
    }

    void random(std::size_t count)
    {
        answers_ = decoded_ = refused_ = 0;
        for (std::size_t n = 0; answers_ < count; ++n) {
            for (const std::string kind : {"seed-", "sparse-"}) {
                const std::vector<std::string> seed{kind + std::to_string(n)};
                each(vendors_.create(), seed);
                each(vendors_.get(), seed);
                each(vendors_.message(), seed);
                each(vendors_.get_session(), seed);
                each(vendors_.list_sessions(), seed);
                stream(seed.front());
            }
            random_sites({"seed-" + std::to_string(n)});
            for (const std::string folder : {"osapi", "osapi-dated", "osapi-sparse"}) {
                const std::vector<std::string> seed{"seed-" + std::to_string(n)};
                each(vendors_.list(folder), seed);
                each(vendors_.get(folder), seed);
                each(vendors_.retry(folder), seed);
            }
        }
        report_.say(std::to_string(answers_) + " random answers: " + std::to_string(decoded_) + " decoded, " +
                    std::to_string(refused_) + " refused as invalid_response");
    }

    void random_sites(const std::vector<std::string>& seed)
    {
        each(sites_.update(), seed);
        each(sites_.preview(), seed);
        each(sites_.get_deployment(), seed);
        each(sites_.trigger(), seed);
        each(sites_.create_export(), seed);
        each(sites_.get_export(), seed);
        each(sites_.create_bundle(), seed);
    }

    template <class T>
    void each(const operation<T>& asked, const std::vector<std::string>& answers)
    {
        for (const auto& answer : answers)
            check(asked, answer);
    }

    /// On a client of its own: what one answer says of a project's limits is not for the next.
    template <class T>
    cojob::result<T> ask(const operation<T>& asked, const std::string& answer, const std::string& id = some_id)
    {
        const auto options = conformance::one_attempt();
        seen_ = std::make_shared<conformance::witness>(options);
        const cojob::client client(context_.get_executor(), options, seen_);
        auto result = conformance::outcome(context_, asked.start(client, answer, id));
        ++answers_;
        for (const auto& violation : seen_->take_violations())
            report_.expect(false, asked.name + " " + answer + ": " + describe(violation));
        return result;
    }

    /// The creation of a session: its answer is in the headers, and what the stream says is not specified.
    void stream(const std::string& answer)
    {
        const auto what = "v1 create_job " + answer;
        const auto result = ask(vendors_.create_session(), answer);
        const auto last = seen_->last();
        const auto id = last.header("X-Session-Id");
        if (!id || id->empty()) { // the document does not promise one
            refused_ += report_.fails(result, cojob::errc::invalid_response, what) ? 1U : 0U;
            return;
        }
        if (!report_.succeeds(result, what))
            return;
        ++decoded_;
        report_.expect(result->session_id() == *id, what + ": its id");
        report_.expect(result->branch() == last.header("X-Branch-Name"), what + ": its branch");
        report_.succeeds(conformance::outcome(context_, conformance::count_events(*result)), what + ": its end");
    }

    template <class T>
    void check(const operation<T>& asked, const std::string& answer)
    {
        const auto what = asked.name + " " + answer;
        auto result = ask(asked, answer);
        if constexpr (!std::is_void_v<T>)
            if (!result && result.error().message.ends_with("not the requested job"))
                result = ask(asked, answer, told_id()); // the answer does not depend on what it is an answer to
        const auto last = seen_->last();
        const auto status = answer.starts_with("code-") ? std::stoi(answer.substr(5)) : last.status;
        report_.expect(last.status == status, what + ": the answer is a " + std::to_string(status));
        if (status >= 300)
            check_failure(what, result, last, asked.creates);
        else if constexpr (std::is_void_v<T>)
            decoded_ += report_.succeeds(result, what) ? 1U : 0U;
        else
            check_success(what, result, boost::json::parse(last.body), answer, asked.creates);
    }

    template <class T>
    void check_success(const std::string& what, const cojob::result<T>& result, const boost::json::value& body,
                       const std::string& answer, bool creates)
    {
        const auto reason = conformance::refusal<T>(body, creates);
        if (!reason.empty()) {
            refused_ += report_.fails(result, cojob::errc::invalid_response, what + ", where " + reason) ? 1U : 0U;
            return;
        }
        if (!report_.succeeds(result, what))
            return;
        ++decoded_;
        const auto differences = conformance::differences(*result, body);
        report_.expect(differences.empty(), what + ": not as in the JSON: " + differences);
        if (answer.starts_with("example-")) {
            const auto* const status = body.as_object().if_contains("status");
            report_.expect(status && *status == boost::json::value(answer.substr(8)), what + ": it is that example");
        }
    }

    template <class T>
    void check_failure(const std::string& what, const cojob::result<T>& result, const cojob::http::response& last,
                       bool creates)
    {
        const auto code =
            creates && last.status == 500 ? cojob::errc::outcome_unknown : conformance::code_of(last.status);
        if (!report_.fails(result, code, what))
            return;
        const auto& failure = result.error();
        report_.expect(failure.http_status == last.status, what + ": its status");
        report_.expect(failure.server_message == conformance::words_of(boost::json::parse(last.body)),
                       what + ": its words");
        const auto hint = last.header("Retry-After"); // Prism makes negative ones up as well
        const auto is_hinted = hint && !hint->empty() && hint->find_first_not_of("0123456789") == hint->npos;
        report_.expect(failure.retry_at.has_value() == is_hinted, what + ": when to come back");
    }

    /// The id of the job that the last answer was about.
    [[nodiscard]] std::string told_id() const
    {
        const auto body = boost::json::parse(seen_->last().body);
        const auto& members = body.as_object();
        for (const auto* const name : {"id", "_id", "sessionId"})
            if (const auto* const id = members.if_contains(name))
                return std::string(id->as_string());
        return std::string(members.at("jobId").as_string());
    }

    static constexpr auto some_id = "550e8400-e29b-41d4-a716-446655440000";

    conformance::prism_operations vendors_;
    conformance::prism_sites sites_;
    asio::io_context context_;
    std::shared_ptr<conformance::witness> seen_; ///< of the answer asked for last
    conformance::report report_{false};
    std::size_t answers_ = 0, decoded_ = 0, refused_ = 0;
};

} // namespace

int main(int argc, char** argv)
{
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    const auto is_random = arguments.size() == 3 && arguments[1] == "--dynamic";
    if (arguments.size() != 1 && !is_random) {
        std::cout << "usage: prism_client URL [--dynamic COUNT]\n";
        return 2;
    }
    return conformance::run_program(
        [&] { return prism_client(arguments[0]).run(is_random ? std::stoul(arguments[2]) : 0); });
}
