#ifndef COJOB_JOB_DETAIL_POLLED_API_HPP
#define COJOB_JOB_DETAIL_POLLED_API_HPP

#include <cojob/client.hpp>
#include <cojob/clock.hpp>
#include <cojob/detail/share.hpp>
#include <cojob/job/concepts.hpp>

#include <boost/asio/awaitable.hpp>

#include <concepts>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <typeindex>
#include <typeinfo>
#include <utility>
#include <vector>

namespace cojob::detail {

/// The answer of one poll, independent of the API.
struct job_view {
    std::shared_ptr<const void> job{};
    std::string status{};
    bool is_finished = false;
    bool is_unknown = false;
};

struct listed_job {
    std::string id{};
    job_view view{};
};

/// Whether one list request can replace the polls of many jobs.
enum class listing { none, partial, whole };

/// The same client for one poll: a single attempt, counted as a poll, no longer than this limit.
COJOB_DECL client for_one_poll(const client&, std::shared_ptr<poll_trace>, duration limit);

/// The service of a wait, type-erased, so that the waiting code is compiled once.
class BOOST_SYMBOL_VISIBLE polled_api {
  public:
    polled_api() = default;
    polled_api(const polled_api&) = delete;
    polled_api& operator=(const polled_api&) = delete;
    virtual ~polled_api() = default;

    virtual asio::awaitable<job_view> poll(std::string id, std::shared_ptr<poll_trace>, duration limit) const = 0;
    /// One list, of at most so many pages if the service can read several.
    virtual asio::awaitable<std::vector<listed_job>> list(std::shared_ptr<poll_trace>, duration limit,
                                                          std::size_t most_pages) const = 0;
    [[nodiscard]] virtual listing lists() const = 0;
    [[nodiscard]] virtual bool is_same(const void* a, const void* b) const = 0;
    /// Whether the two may share polls.
    [[nodiscard]] virtual bool is_same_service(const polled_api&) const = 0;
    /// Hash, consistent with `is_same_service`: finds the same service among thousands.
    [[nodiscard]] virtual std::size_t hash() const = 0;
    [[nodiscard]] virtual std::type_index type() const = 0;
    [[nodiscard]] virtual poll_schedule default_schedule() const = 0;
    [[nodiscard]] virtual client get_client() const = 0;
    [[nodiscard]] virtual std::string_view api() const = 0;
    [[nodiscard]] virtual const std::string& scope() const = 0;
};

template <class Api>
concept has_other_clients = requires(const Api& api, client c) {
    { api.with(c) } -> std::same_as<Api>;
};

template <class Api>
concept has_hash = requires(const Api& api) {
    { hash_value(api) } -> std::convertible_to<std::size_t>;
};

template <class Api>
concept lists_unfinished = requires(Api& api) {
    { api.list_unfinished() } -> std::same_as<asio::awaitable<std::vector<typename Api::job_type>>>;
};

/// Converts to `std::size_t` only: another parameter is not a number of pages.
struct number_of_pages {
    template <std::same_as<std::size_t> T>
    operator T() const noexcept;
};

template <class Api>
concept lists_pages = requires(Api& api, number_of_pages most_pages) {
    { api.list_unfinished(most_pages) } -> std::same_as<asio::awaitable<std::vector<typename Api::job_type>>>;
};

template <class Api>
class polled_api_of final : public polled_api {
    using job_type = typename Api::job_type;

  public:
    explicit polled_api_of(Api api) : api_(std::move(api)), scope_(api_.scope()) {}

    asio::awaitable<job_view> poll(std::string id, std::shared_ptr<poll_trace> trace, duration limit) const override
    {
        return poll_once(on_poll_client(std::move(trace), limit), std::move(id));
    }
    asio::awaitable<std::vector<listed_job>> list(std::shared_ptr<poll_trace> trace, duration limit,
                                                  std::size_t most_pages) const override
    {
        return list_once(on_poll_client(std::move(trace), limit), most_pages);
    }
    [[nodiscard]] listing lists() const override
    {
        if constexpr (!lists_unfinished<Api>)
            return listing::none;
        else if constexpr (requires { requires bool(Api::lists_whole_jobs); })
            return listing::whole;
        else
            return listing::partial;
    }
    [[nodiscard]] bool is_same(const void* a, const void* b) const override
    {
        return *static_cast<const job_type*>(a) == *static_cast<const job_type*>(b);
    }
    [[nodiscard]] bool is_same_service(const polled_api& other) const override
    {
        if constexpr (std::equality_comparable<Api>)
            return other.type() == type() && static_cast<const polled_api_of&>(other).api_ == api_;
        else
            return &other == this;
    }
    [[nodiscard]] std::size_t hash() const override
    {
        if constexpr (!std::equality_comparable<Api>)
            return std::hash<const void*>()(this);
        else if constexpr (has_hash<Api>)
            return hash_value(std::as_const(api_));
        else
            return 0;
    }
    [[nodiscard]] std::type_index type() const override { return typeid(Api); }
    [[nodiscard]] poll_schedule default_schedule() const override { return api_.default_schedule(); }
    [[nodiscard]] client get_client() const override { return api_.get_client(); }
    [[nodiscard]] std::string_view api() const override { return Api::api_name; }
    [[nodiscard]] const std::string& scope() const override { return scope_; }

  private:
    [[nodiscard]] Api on_poll_client(std::shared_ptr<poll_trace> trace, duration limit) const
    {
        if constexpr (has_other_clients<Api>)
            return api_.with(for_one_poll(api_.get_client(), std::move(trace), limit));
        else
            return api_;
    }

    static job_view view_of(job_type answered)
    {
        auto job = detail::share<job_type>(std::move(answered));
        std::string status(status_text(*job));
        const bool finished = is_finished(*job), unknown = is_unknown(*job);
        return {std::move(job), std::move(status), finished, unknown};
    }

    static asio::awaitable<job_view> poll_once(Api api, std::string id)
    {
        co_return view_of(co_await api.get_job(std::move(id)));
    }

    static auto begin_list(Api& api, [[maybe_unused]] std::size_t most_pages)
    {
        if constexpr (lists_pages<Api>)
            return api.list_unfinished(most_pages);
        else
            return api.list_unfinished();
    }

    static asio::awaitable<std::vector<listed_job>> list_once(Api api, [[maybe_unused]] std::size_t most_pages)
    {
        std::vector<listed_job> listed;
        if constexpr (lists_unfinished<Api>) {
            auto jobs = co_await begin_list(api, most_pages);
            listed.reserve(jobs.size());
            for (auto& job : jobs) {
                std::string id(job_id(job));
                listed.push_back({std::move(id), view_of(std::move(job))});
            }
        }
        co_return listed;
    }

    mutable Api api_; // a service's members need not be const
    std::string scope_;
};

} // namespace cojob::detail

#ifndef COJOB_SEPARATE_COMPILATION
#include <cojob/impl/job/detail/polled_api.ipp>
#endif

#endif
