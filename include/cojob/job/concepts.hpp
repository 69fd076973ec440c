#ifndef COJOB_JOB_CONCEPTS_HPP
#define COJOB_JOB_CONCEPTS_HPP

#include <cojob/client.hpp>
#include <cojob/clock.hpp>

#include <boost/asio/awaitable.hpp>

#include <concepts>
#include <string>
#include <string_view>

namespace cojob {

/// When a job is polled. A member that is zero keeps the service's default.
struct poll_schedule {
    duration first{};        ///< delay of the first poll after the creation of a job or a message to it
    duration min_interval{}; ///< interval between the first polls
    duration max_interval{}; ///< largest interval; not less than `min_interval`
    double growth = 0;       ///< factor by which the interval grows from poll to poll; 1 to 1000
};

/// A job API that can be waited on. It has `get_job`, members that identify API, server and project, and four functions
/// on a job, found by argument-dependent lookup. A service is a cheap handle, passed by value.
///
/// If a service has `Api with(client) const`, a poll runs on a copy that makes a single attempt, counts it as a poll,
/// ends it at the wait's deadline and reads the server's `Retry-After`. Otherwise `get_job` is called on the service as
/// it is, and `run_job` cancels the creation at its deadline from outside, where total cancellation is treated as
/// terminal.
///
/// Waits on equal services (`==`) share polls. A service without `==` shares none: each of its waits polls by itself.
/// Among many services of one scope, equal ones are found by `hash_value(service)` (argument-dependent lookup) or,
/// without it, by comparing with each.
///
/// If a service has `list_unfinished()`, which returns an `awaitable<std::vector<job_type>>`, one call of it replaces
/// the polls of three or more jobs. It may have a parameter with a default, a `std::size_t`: how many pages it may
/// read, a third of the jobs that the list is for. A job that is not in the list is polled by itself, and so is one
/// that the list shows as ended, unless `static constexpr bool lists_whole_jobs = true` says that the list's items are
/// as complete as `get_job`'s.
template <class Api>
concept job_api = std::copy_constructible<Api> && std::default_initializable<typename Api::job_type> &&
                  std::equality_comparable<typename Api::job_type> &&
                  requires(Api& api, const typename Api::job_type& job, std::string id) {
                      { Api::api_name } -> std::convertible_to<std::string_view>;
                      { api.get_job(id) } -> std::same_as<asio::awaitable<typename Api::job_type>>;
                      { api.get_client() } -> std::same_as<client>;
                      { api.scope() } -> std::convertible_to<std::string>;
                      { api.default_schedule() } -> std::same_as<poll_schedule>;
                      { job_id(job) } -> std::convertible_to<std::string>;
                      { status_text(job) } -> std::convertible_to<std::string>;
                      { is_finished(job) } -> std::same_as<bool>;
                      { is_unknown(job) } -> std::same_as<bool>;
                  };

/// A job API that can create a job from a text, for `run_job`.
template <class Api>
concept creating_job_api = job_api<Api> && requires(Api& api, std::string prompt) {
    { api.create_job(prompt) } -> std::same_as<asio::awaitable<typename Api::job_type>>;
};

} // namespace cojob

#endif
