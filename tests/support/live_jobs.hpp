#ifndef TESTS_SUPPORT_LIVE_JOBS_HPP
#define TESTS_SUPPORT_LIVE_JOBS_HPP

#include "support/recorded_osapi.hpp"
#include "support/scripted_jobs.hpp"

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tests {

/// From a moment on, in seconds, a job has this status.
using status_steps = std::vector<std::pair<double, std::string>>;

/// A server on which jobs live by the clock, and what it was asked when.
class live_bench : public scripted_jobs {
  public:
    using reply = cojob::testing::scripted_reply;

    explicit live_bench(std::map<std::string, status_steps> jobs)
        : scripted_jobs([this](const cojob::http::request& r) { return answer(r); }), lives(std::move(jobs))
    {
    }
    explicit live_bench(status_steps of_one) : live_bench(std::map<std::string, status_steps>{{"j", std::move(of_one)}})
    {
    }

    std::map<std::string, status_steps> lives;
    std::map<std::string, std::vector<double>> asked; ///< by id; lists under "list"
    std::size_t not_found = 0;                        ///< GETs that find nothing, at first
    std::size_t page_size = 100;
    cojob::duration page_takes{};
    std::function<void(std::size_t offset)> before_page;
    std::optional<std::size_t> failing_offset;
    reply page_failure{500, ""};

    /// Seconds from now until it has ended, and its job.
    template <class T>
    std::pair<double, T> run(cojob::asio::awaitable<T> wait)
    {
        const auto s = start(std::move(wait));
        const auto took = until_done(s);
        BOOST_TEST(clock->pending() == 0U);
        return {took, s.get().value()};
    }

  private:
    [[nodiscard]] std::string status(const status_steps& of) const
    {
        std::string now;
        for (const auto& [from, name] : of)
            if (from <= elapsed() + 1e-9)
                now = name;
        return now;
    }

    reply answer(const cojob::http::request& r)
    {
        if (r.method == "POST")
            return recorded::retry_nobody.reply();
        if (r.target.starts_with("/api/job?"))
            return list(r.target);
        const auto id = r.target.substr(r.target.rfind('/') + 1);
        asked[id].push_back(elapsed());
        const auto found = lives.find(id);
        if (found == lives.end() || (not_found != 0 && not_found-- != 0))
            return recorded::del_404.reply();
        return {200, osapi_job_json(id, status(found->second), R"(,"hostname":"whole")")};
    }

    /// The value of a parameter of the target.
    static std::size_t number(const std::string& target, const std::string& name)
    {
        return std::stoul(target.substr(target.find(name + '=') + name.size() + 1));
    }

    reply list(const std::string& target)
    {
        const std::string wanted = target.find("submitted") != target.npos ? "submitted" : "processing";
        const auto offset = number(target, "offset");
        BOOST_TEST(target == "/api/job?status=" + wanted + "&limit=100&offset=" + std::to_string(offset));
        asked[wanted == "submitted" ? wanted : "list"].push_back(elapsed());
        if (before_page)
            before_page(offset);
        if (failing_offset == offset) {
            auto failure = page_failure;
            failure.delay = page_takes;
            return failure;
        }
        std::vector<std::string> items;
        std::size_t total = 0;
        for (const auto& [id, of] : lives) // in the order of their ids, as the server's
            if (status(of) == wanted && total++ >= offset && items.size() < page_size)
                items.push_back(osapi_job_json(id, wanted));
        reply page{200, osapi_page_json(items, total)};
        page.delay = page_takes;
        return page;
    }
};

inline std::map<std::string, status_steps> many(std::size_t n, const status_steps& each)
{
    std::map<std::string, status_steps> lives;
    for (std::size_t i = 0; i < n; ++i)
        lives["job-" + std::to_string(i)] = each;
    return lives;
}

inline std::vector<std::string> ids_of(const std::map<std::string, status_steps>& lives)
{
    std::vector<std::string> ids;
    for (const auto& [id, of] : lives)
        ids.push_back(id);
    return ids;
}

} // namespace tests

#endif
