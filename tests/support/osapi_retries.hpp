#ifndef TESTS_SUPPORT_OSAPI_RETRIES_HPP
#define TESTS_SUPPORT_OSAPI_RETRIES_HPP

// After a retry whose response is lost, the client looks for it in the original job's timeline.
#include "support/mock_jobs.hpp"
#include "support/recorded_osapi.hpp"
#include "support/scripted_jobs.hpp"

#include <cojob/impl/internal/testing/mock_state.ipp>
#include <cojob/osapi/jobs.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace osapi_retry_tests {

using namespace std::chrono_literals;
using cojob::duration;
using cojob::errc;
using cojob::phase;
using cojob::osapi::retry_receipt;
using tests::mock_jobs;
using tests::scripted_jobs;
using reply = cojob::testing::scripted_reply;
using cojob::testing::detail::format_http_date;

/// An event of the timeline, at this time after the retry was sent, by the server's clock.
struct event {
    duration after{};
    std::string message{};
    std::string kind = "retried";
};

const reply lost(errc::connection_lost, phase::awaiting_response);

inline reply after(duration delay, reply r)
{
    r.delay = delay;
    return r;
}

/// A server whose clock differs. It shows this timeline after a POST, and only the older events before a POST.
class retry_bench : public scripted_jobs {
  public:
    explicit retry_bench(reply to_post = lost, std::vector<event> events = {}, duration skew = {},
                         cojob::client_options options = tests::one_attempt())
        : scripted_jobs([this](const cojob::http::request& r) { return answer(r); }, std::move(options)),
          to_post_(std::move(to_post)), events_(std::move(events)), skew_(skew)
    {
    }

    std::optional<reply> before{}; ///< instead of the timeline before the POST
    std::vector<reply> to_get{};   ///< instead of the timeline after it, one after the other

    tests::started<retry_receipt> retry()
    {
        auto s = start(service.retry_job("old"));
        until_done(s);
        return s;
    }

    [[nodiscard]] reply timeline() const { return {200, job(), {{"Date", format_http_date(server_time())}}}; }
    [[nodiscard]] std::string job() const
    {
        std::string text;
        for (const auto& e : events_)
            if (is_posted_ || e.after < 0s)
                text += (text.empty() ? "" : ",") + (R"({"event":")" + e.kind + R"(","hostname":"_api","message":")") +
                        e.message + R"(","timestamp":")" +
                        cojob::to_string(
                            cojob::timestamp(std::chrono::floor<std::chrono::seconds>(time_of_post() + e.after))) +
                        "\"}";
        return tests::osapi_job_json("old", "completed", R"(,"timeline":[)" + text + "]");
    }

  private:
    reply answer(const cojob::http::request& r)
    {
        if (r.method == "POST") {
            posted_ = server_time();
            is_posted_ = true;
            return to_post_;
        }
        if (!is_posted_)
            return before.value_or(timeline());
        if (to_get.empty())
            return timeline();
        auto next = to_get.front();
        to_get.erase(to_get.begin());
        return next;
    }

    [[nodiscard]] cojob::timestamp server_time() const { return clock->wall_now() + skew_; }
    [[nodiscard]] cojob::timestamp time_of_post() const { return is_posted_ ? posted_ : server_time(); }

    reply to_post_;
    std::vector<event> events_;
    duration skew_;
    cojob::timestamp posted_{};
    bool is_posted_ = false;
};

/// The id that the client finds in this timeline after a lost response; empty: outcome_unknown.
inline std::string found(const std::vector<event>& events, duration skew, duration begin = {},
                         std::optional<reply> before = {})
{
    retry_bench bench(after(100ms, lost), events, skew);
    bench.before = std::move(before);
    bench.clock->advance(begin);
    const auto got = bench.retry();
    BOOST_TEST(bench.sent().size() == 3U);
    BOOST_TEST(bench.sent().back().target == "/api/job/old");
    if (got.get())
        return got.get()->job_id;
    BOOST_TEST(got.code() == make_error_code(errc::outcome_unknown));
    return {};
}

const std::vector<std::pair<std::string, reply>> ambiguous{
    {"lost", lost},
    {"lost while it was sent", {errc::connection_lost, phase::sending}},
    {"lost in the answer", {errc::connection_lost, phase::receiving}},
    {"not HTTP", {errc::malformed_response, phase::receiving}},
    {"too large", {errc::response_too_large, phase::receiving}},
    {"408", {408, ""}},
    {"500", {500, ""}},
    {"502", {502, ""}},
    {"503", {503, ""}},
    {"504", {504, R"({"message":"no"})"}},
    {"slow", after(30s, {errc::request_timeout, phase::awaiting_response})}};

} // namespace osapi_retry_tests

#endif
