#ifndef TESTS_SUPPORT_PAGED_JOBS_HPP
#define TESTS_SUPPORT_PAGED_JOBS_HPP

// Tests of the pager of osapi::jobs::all_jobs with a list that changes between pages.
#include "support/scripted_jobs.hpp"

#include <cojob/job/page.hpp>
#include <cojob/osapi/jobs.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace pager_tests {

using cojob::errc;
using cojob::osapi::job;
using cojob::osapi::job_status;
using cojob::osapi::list_query;
using reply = cojob::testing::scripted_reply;

inline std::string name_of(unsigned n)
{
    return "j" + std::to_string(100000 + n);
}

/// A server's list, ordered by id. The test determines what happens between two pages.
class list_bench : public tests::scripted_jobs {
  public:
    explicit list_bench(unsigned jobs = 0) : scripted_jobs([this](const cojob::http::request& r) { return answer(r); })
    {
        for (unsigned n = 0; n < jobs; ++n)
            ids.insert(name_of(n));
    }

    std::set<std::string> ids;
    std::set<std::string> unreadable;                         ///< counted, and on no page
    std::set<std::string> broken;                             ///< on a page, without an id
    std::function<void(std::size_t page)> between;            ///< called before each page, counted from 0
    std::function<std::optional<reply>(std::size_t)> instead; ///< of a page, where there is something
    std::optional<std::int64_t> total;                        ///< what it claims, if that is not so
    bool ignores_offset = false;
    std::size_t most = 100;                     ///< it shows on a page, whatever it is asked for
    std::map<std::string, std::size_t> bytes{}; ///< of the result of a job

    static constexpr std::size_t body_limit = 1000; ///< of those bytes, on a page

    void remove(unsigned from, unsigned to)
    {
        for (auto n = from; n < to; ++n)
            ids.erase(name_of(n));
    }

    /// Reads the rest of the stream.
    std::vector<std::string> read(cojob::pager<job> pages)
    {
        std::vector<std::string> seen;
        for (;;) {
            const auto next = start(pages.next());
            BOOST_REQUIRE(!next.code());
            if (!*next.get())
                return seen;
            seen.push_back((*next.get())->id);
        }
    }
    std::vector<std::string> read() { return read(service.all_jobs()); }

    [[nodiscard]] std::vector<std::string> all() const { return {ids.begin(), ids.end()}; }

  private:
    static std::size_t number(const std::string& target, const std::string& name)
    {
        return std::stoul(target.substr(target.find(name + "=") + name.size() + 1));
    }

    reply answer(const cojob::http::request& r)
    {
        const auto page = sent().size() - 1;
        BOOST_REQUIRE(page < 1000); // otherwise the test would not end
        if (between)
            between(page);
        if (auto other = instead ? instead(page) : std::nullopt)
            return *other;
        const auto offset = ignores_offset ? 0 : number(r.target, "offset");
        const auto end = offset + std::min(number(r.target, "limit"), most);
        std::vector<std::string> items;
        std::size_t place = 0, size = 0;
        for (const auto& id : ids) {
            if (place >= offset && place < end && !unreadable.contains(id)) {
                items.push_back(broken.contains(id) ? R"({"status":"completed"})"
                                                    : tests::osapi_job_json(id, "completed"));
                size += bytes.contains(id) ? bytes.at(id) : 0;
            }
            ++place;
        }
        if (size > body_limit)
            return {errc::response_too_large, cojob::phase::receiving};
        return {200, tests::osapi_page_json(items, total ? static_cast<std::size_t>(*total) : ids.size())};
    }
};

inline void check_once(const std::vector<std::string>& seen, const std::set<std::string>& expected)
{
    std::map<std::string, int> times;
    for (const auto& id : seen)
        ++times[id];
    for (const auto& [id, n] : times)
        if (n != 1)
            BOOST_ERROR(id << " came " << n << " times");
    for (const auto& id : expected)
        if (!times.contains(id))
            BOOST_ERROR(id << " was missed");
}

} // namespace pager_tests

#endif
