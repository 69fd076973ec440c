// Runs against a real OSAPI server: COJOB_OSAPI_URL, COJOB_OSAPI_TOKEN (one that may write), and where it is not
// /api/job, COJOB_OSAPI_PATH. It retries one finished job twice, which runs its command again, and deletes what that
// made.
//
// Exit status: 0 all was right, 1 something was not, 77 the variables are not set.

#include "support.hpp"

#include <cojob/job/wait.hpp>
#include <cojob/job/watch.hpp>
#include <cojob/osapi/jobs.hpp>

#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace asio = boost::asio;
namespace osapi = cojob::osapi;
using cojob::errc;
using namespace std::chrono_literals;

namespace {

constexpr auto nobody = "00000000-0000-4000-8000-000000000000";

class osapi_live {
  public:
    explicit osapi_live(osapi::jobs_options options)
        : options_(std::move(options)), client_(context_.get_executor(), conformance::one_attempt()),
          jobs_(client_, options_)
    {
    }

    int run()
    {
        for (const auto status : statuses)
            list(status);
        if (!can_list_)
            return report_.exit_status();
        list_all();
        refuse_limits();
        get_one();
        retry_and_wait();
        retry_and_watch();
        refuse_token();
        return report_.exit_status();
    }

  private:
    static constexpr std::optional<osapi::job_status> statuses[] = {
        std::nullopt,
        osapi::job_status::submitted,
        osapi::job_status::processing,
        osapi::job_status::completed,
        osapi::job_status::failed,
        osapi::job_status::partial_failure,
    };

    template <class T>
    cojob::result<T> outcome(asio::awaitable<T> operation)
    {
        return conformance::outcome(context_, std::move(operation));
    }

    static std::string name(std::optional<osapi::job_status> status)
    {
        using enum osapi::job_status;
        static const std::vector<std::pair<osapi::job_status, std::string>> names{{submitted, "submitted"},
                                                                                  {processing, "processing"},
                                                                                  {completed, "completed"},
                                                                                  {failed, "failed"},
                                                                                  {partial_failure, "partial_failure"}};
        for (const auto& [known, text] : names)
            if (known == status)
                return text;
        return "any status";
    }

    /// Every page of one status.
    void list(std::optional<osapi::job_status> status)
    {
        std::set<std::string> ids;
        std::int64_t total = 0;
        int pages = 0;
        auto are_right = true; // a job may move on between the server's look for ids and its look at jobs
        do {
            const auto page =
                outcome(jobs_.list_jobs({.status = status, .limit = page_size, .offset = pages * page_size}));
            can_list_ = report_.succeeds(page, "page " + std::to_string(pages + 1) + " of jobs of " + name(status));
            if (!can_list_)
                return;
            total = page->total_items;
            ++pages;
            for (const auto& job : page->items) {
                ids.insert(job.id);
                are_right = are_right && (!status || !is_ended(*status) || job.status == *status);
                if (is_finished(job) && (!finished_ || job.status == osapi::job_status::completed))
                    finished_ = job;
            }
        } while (std::int64_t{pages} * page_size < total && pages < most_pages);
        report_.expect(are_right, "jobs of " + name(status) + ": " + std::to_string(ids.size()) + " on " +
                                      std::to_string(pages) + " pages of " + std::to_string(page_size) + ", total " +
                                      std::to_string(total));
    }

    static bool is_ended(osapi::job_status status)
    {
        return status != osapi::job_status::submitted && status != osapi::job_status::processing;
    }

    void list_all()
    {
        std::set<std::string> ids;
        auto has_repeats = false;
        auto all = jobs_.all_jobs();
        for (;;) {
            const auto next = outcome(all.next());
            if (!next) {
                report_.succeeds(next, "all jobs as a stream");
                return;
            }
            if (!*next)
                break;
            has_repeats = !ids.insert((*next)->id).second || has_repeats;
        }
        report_.expect(!has_repeats, "all jobs as a stream: " + std::to_string(ids.size()) + ", each once");
    }

    void refuse_limits()
    {
        const auto sent = client_.stats().requests;
        for (const auto query :
             {osapi::list_query{.limit = 0}, osapi::list_query{.limit = 101}, osapi::list_query{.offset = -1},
              osapi::list_query{.status = osapi::job_status::skipped}})
            report_.fails(outcome(jobs_.list_jobs(query)), errc::invalid_argument,
                          "a bad query, refused by the client");
        report_.expect(client_.stats().requests == sent, "nothing was sent of these");
        for (const auto& [name, value] : std::vector<std::pair<std::string, std::string>>{{"limit", "0"},
                                                                                          {"limit", "101"},
                                                                                          {"limit", "-1"},
                                                                                          {"limit", "abc"},
                                                                                          {"offset", "-1"},
                                                                                          {"status", "bogus"}})
            report_.fails(outcome(client_.send(raw_list(name, value))), errc::rejected,
                          name + "=" + value + ", refused by the server");
        report_.fails(outcome(jobs_.get_job("not-a-uuid")), errc::rejected, "get of an id that is none");
        report_.fails(outcome(jobs_.get_job(nobody)), errc::not_found, "get of a job that does not exist");
        report_.fails(outcome(jobs_.delete_job(nobody)), errc::not_found, "delete of a job that does not exist");
        report_.fails(outcome(jobs_.retry_job(nobody)), errc::not_found, "retry of a job that does not exist");
    }

    [[nodiscard]] cojob::api_request raw_list(const std::string& name, const std::string& value) const
    {
        auto r = conformance::osapi_request(options_, "GET");
        r.query = {{name, value}};
        return r;
    }

    void get_one()
    {
        if (!finished_) {
            report_.leave_out("get of a job: the server has none that has ended");
            return;
        }
        const auto job = outcome(jobs_.get_job(finished_->id));
        if (report_.succeeds(job, "get of job " + finished_->id))
            report_.expect(job->id == finished_->id && job->created == finished_->created && !job->timeline.empty(),
                           "it is the listed one: " + job->status_text + ", created " +
                               (job->created ? cojob::to_string(*job->created) : "?") + ", " +
                               std::to_string(job->timeline.size()) + " events, " +
                               std::to_string(job->responses.size()) + " responses");
    }

    /// The id of a new job, if one can be made.
    std::optional<std::string> retry(const std::string& then)
    {
        if (!finished_) {
            report_.leave_out("retry, and " + then + ": the server has no job that has ended");
            return std::nullopt;
        }
        const auto receipt = outcome(jobs_.retry_job(finished_->id));
        if (!report_.succeeds(receipt, "retry of job " + finished_->id))
            return std::nullopt;
        report_.expect(receipt->job_id != finished_->id && !receipt->job_id.empty(), "it made job " + receipt->job_id);
        return receipt->job_id;
    }

    void retry_and_wait()
    {
        const auto id = retry("wait");
        if (!id)
            return;
        const auto end = outcome(cojob::wait_for_job(jobs_, *id, {.timeout = patience}));
        if (report_.succeeds(end, "wait for job " + *id))
            report_.expect(is_finished(*end), "it ended: " + end->status_text);
        const auto old = outcome(jobs_.get_job(finished_->id));
        if (report_.succeeds(old, "get of the old job")) {
            const auto told = std::any_of(old->timeline.begin(), old->timeline.end(), [&](const auto& event) {
                return event.event == "retried" && event.message.find(*id) != event.message.npos;
            });
            report_.expect(told, "its timeline tells of the retry");
        }
        remove(*id);
    }

    void retry_and_watch()
    {
        const auto id = retry("watch");
        if (!id)
            return;
        std::string seen;
        auto has_ended = false;
        auto watch = cojob::watch_job(jobs_, *id, {.timeout = patience, .schedule = {.first = 1ms}});
        for (;;) {
            const auto change = outcome(watch.next());
            if (!change) {
                report_.succeeds(change, "watch of job " + *id);
                break;
            }
            if (!*change)
                break;
            has_ended = is_finished(**change);
            seen += (seen.empty() ? "" : ", ") + (*change)->status_text;
        }
        report_.expect(has_ended, "watch of job " + *id + ": " + seen);
        remove(*id);
    }

    void remove(const std::string& id)
    {
        report_.succeeds(outcome(jobs_.delete_job(id)), "delete of job " + id);
        report_.fails(outcome(jobs_.get_job(id)), errc::not_found, "get of the deleted job");
        report_.fails(outcome(jobs_.delete_job(id)), errc::not_found, "delete of the deleted job");
    }

    void refuse_token()
    {
        auto wrong = options_;
        wrong.token = cojob::secret("not-a-token");
        report_.fails(outcome(osapi::jobs(client_, wrong).list_jobs()), errc::unauthorized, "list with a wrong token");
    }

    static constexpr int page_size = 10, most_pages = 100;
    static constexpr auto patience = 2min;

    osapi::jobs_options options_;
    asio::io_context context_;
    cojob::client client_;
    osapi::jobs jobs_;
    conformance::report report_;
    bool can_list_ = false;
    std::optional<osapi::job> finished_; ///< one that was listed
};

} // namespace

int main()
{
    return conformance::run_program([] {
        const auto url = conformance::environment("COJOB_OSAPI_URL");
        auto token = conformance::environment("COJOB_OSAPI_TOKEN");
        if (!url || !token)
            return conformance::skip("COJOB_OSAPI_URL and COJOB_OSAPI_TOKEN are not set: no OSAPI server to look at");
        osapi::jobs_options options;
        options.base_url = *url;
        options.base_path = conformance::environment("COJOB_OSAPI_PATH").value_or(options.base_path);
        options.token = cojob::secret(std::move(*token));
        options.allow_plaintext = true; // whoever sets the URL has decided
        return osapi_live(std::move(options)).run();
    });
}
