#ifndef TESTS_SUPPORT_OWN_API_HPP
#define TESTS_SUPPORT_OWN_API_HPP

#include <cojob/client.hpp>
#include <cojob/clock.hpp>
#include <cojob/job/concepts.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace tests {

namespace asio = boost::asio;

struct own_job {
    std::string id{}, status{};

    friend bool operator==(const own_job&, const own_job&) = default;
};

inline std::string job_id(const own_job& j)
{
    return j.id;
}
inline std::string status_text(const own_job& j)
{
    return j.status;
}
inline bool is_finished(const own_job& j)
{
    return j.status == "done";
}
inline bool is_unknown(const own_job&)
{
    return false;
}

/// A user's API with only the required members, without `with()`. Functions give the status of created and of requested
/// jobs. A request for a job with status `hangs` never completes.
class own_api {
  public:
    using job_type = own_job;
    using script_type = std::function<std::string()>;
    static constexpr std::string_view api_name = "own";

    own_api(cojob::client c, script_type created, script_type polled)
        : client_(std::move(c)), created_(std::make_shared<script_type>(std::move(created))),
          polled_(std::make_shared<script_type>(std::move(polled)))
    {
    }

    asio::awaitable<own_job> create_job(const std::string&) { return answer("own_1", created_); }
    asio::awaitable<own_job> get_job(std::string id) { return answer(std::move(id), polled_); }
    [[nodiscard]] cojob::client get_client() const { return client_; }
    [[nodiscard]] static std::string scope() { return "https://own.example"; }
    [[nodiscard]] static cojob::poll_schedule default_schedule()
    {
        using std::chrono::seconds;
        return {seconds(5), seconds(5), seconds(5), 1};
    }

  private:
    static asio::awaitable<own_job> answer(std::string id, std::shared_ptr<script_type> script)
    {
        auto status = (*script)();
        if (status == "hangs") {
            asio::steady_timer never(co_await asio::this_coro::executor, asio::steady_timer::time_point::max());
            co_await never.async_wait(asio::use_awaitable);
        }
        co_return own_job{std::move(id), std::move(status)};
    }

    cojob::client client_;
    std::shared_ptr<script_type> created_, polled_;
};

static_assert(cojob::creating_job_api<own_api>);

} // namespace tests

#endif
