#ifndef TESTS_SUPPORT_LIST_BENCH_HPP
#define TESTS_SUPPORT_LIST_BENCH_HPP

#include "support/poll_bench.hpp"

#include <boost/asio/post.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tests {

struct work {
    std::string id{}, status{}, result{};

    friend bool operator==(const work&, const work&) = default;
};

inline std::string job_id(const work& w)
{
    return w.id;
}
inline std::string status_text(const work& w)
{
    return w.status;
}
inline bool is_finished(const work& w)
{
    return w.status == "done";
}
inline bool is_unknown(const work&)
{
    return false;
}

/// One line for each job: `id status result`.
inline std::vector<work> read_works(const std::string& body)
{
    std::vector<work> works;
    std::istringstream in(body);
    for (work w; in >> w.id >> w.status >> w.result;)
        works.push_back(w);
    if (!body.empty() && works.empty())
        throw cojob::api_error(cojob::error_info(cojob::errc::invalid_response, "no works"));
    return works;
}

inline cojob::api_request get_request(const std::string& path)
{
    cojob::api_request r;
    r.base_url = cojob::http::parse_url("https://works.example", "base_url");
    r.segments.push_back(path);
    return r;
}

inline asio::awaitable<std::vector<work>> fetch(asio::awaitable<cojob::http::response> sent)
{
    const auto response = co_await std::move(sent);
    co_return read_works(response.body);
}

inline asio::awaitable<work> fetch_one(asio::awaitable<cojob::http::response> sent)
{
    const auto works = co_await fetch(std::move(sent));
    co_return works.at(0);
}

/// A user's API that can list unfinished jobs. The items are complete or lack the result.
template <bool ItemsAreWhole>
class work_api {
  public:
    using job_type = work;
    static constexpr std::string_view api_name = "works";
    static constexpr bool lists_whole_jobs = ItemsAreWhole;

    explicit work_api(cojob::client c) : client_(std::move(c)) {}

    [[nodiscard]] work_api with(cojob::client c) const { return work_api(std::move(c)); }
    [[nodiscard]] asio::awaitable<work> get_job(std::string id) const
    {
        return fetch_one(client_.send(get_request(id)));
    }
    [[nodiscard]] asio::awaitable<std::vector<work>> list_unfinished() const
    {
        return fetch(client_.send(get_request("list")));
    }
    [[nodiscard]] cojob::client get_client() const { return client_; }
    [[nodiscard]] static std::string scope() { return "https://works.example"; }
    [[nodiscard]] static cojob::poll_schedule default_schedule()
    {
        using std::chrono::seconds;
        return {seconds(5), seconds(5), seconds(10), 1.25};
    }

    friend bool operator==(const work_api& a, const work_api& b) { return a.client_ == b.client_; }

  private:
    cojob::client client_;
};

/// The server. A complete list contains finished jobs too; a partial one contains only unfinished jobs, without the
/// result.
struct work_server {
    bool has_whole_list = false;
    std::map<std::string, std::string> status{};    ///< by id
    std::vector<poll_bench::reply> list_failures{}; ///< for the first list calls; the last one repeats if `fails`
    bool fails = false;
    cojob::duration list_takes{}, get_takes{};

    poll_bench::reply answer(const std::string& id, std::size_t before)
    {
        if (id == "list") {
            if (before < list_failures.size() || fails)
                return list_failures[std::min(before, list_failures.size() - 1)];
            poll_bench::reply r{200, list(), {}};
            r.delay = list_takes;
            return r;
        }
        const auto found = status.find(id);
        if (found == status.end())
            return {404, "", {}};
        poll_bench::reply r{200, line(*found, true), {}};
        r.delay = get_takes;
        return r;
    }

  private:
    static std::string line(const std::pair<const std::string, std::string>& w, bool is_whole)
    {
        return w.first + ' ' + w.second + (is_whole && w.second == "done" ? " result\n" : " -\n");
    }
    [[nodiscard]] std::string list() const
    {
        std::string text;
        for (const auto& w : status)
            if (has_whole_list || w.second != "done")
                text += line(w, has_whole_list);
        return text;
    }
};

/// A bench with such a server and this number of running jobs.
struct list_bench {
    explicit list_bench(std::size_t jobs, bool has_whole_list = false)
        : bench([this](const std::string& id, std::size_t before) { return server.answer(id, before); })
    {
        server.has_whole_list = has_whole_list;
        for (const auto& id : make_ids(jobs))
            server.status[id] = "running";
    }

    work_server server;
    poll_bench bench;

    /// Starts all waits together: no job is polled before the last wait has begun.
    template <class Api>
    std::vector<started<work>> wait_for_each(std::vector<std::string> ids)
    {
        std::vector<started<work>> all;
        const auto strand = bench.client.get_executor();
        asio::post(strand, [&] {
            for (auto& id : ids)
                all.emplace_back(strand, cojob::wait_for_job(Api(bench.client), std::move(id)));
        });
        bench.clock->settle();
        return all;
    }
    void cancel(std::vector<started<work>>& all)
    {
        for (auto& w : all)
            w.cancel();
        bench.clock->settle();
        BOOST_TEST(bench.clock->pending() == 0U);
    }
    [[nodiscard]] std::size_t lists() const { return bench.times_of("list").size(); }
    [[nodiscard]] std::size_t gets() const { return bench.polls.size() - lists(); }
};

} // namespace tests

#endif
