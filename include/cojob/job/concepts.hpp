#ifndef COJOB_JOB_CONCEPTS_HPP
#define COJOB_JOB_CONCEPTS_HPP

#include <cojob/client.hpp>
#include <cojob/clock.hpp>

#include <boost/asio/awaitable.hpp>

#include <concepts>
#include <string>
#include <string_view>

namespace cojob {

/// When a job is polled. A member that is zero is the service's own.
struct poll_schedule {
    duration first{};        ///< from the creation of a job, or a message to it, to the first poll
    duration min_interval{}; ///< between polls, at first
    duration max_interval{}; ///< between polls, in the end; not less than `min_interval`
    double growth = 0;       ///< of the interval from one poll to the next: a factor from 1 to 1000
};

/// A job API that can be waited on: `get_job`, the four functions found by argument-dependent lookup on a job, and what
/// tells one API, server and project from another. A service is a cheap handle; it is taken by value.
///
/// Where a service has `Api with(client) const`, a poll runs on a handle that makes one attempt of it, counts it, ends
/// it with the wait's deadline and learns the server's `Retry-After`. Any other is polled as it is.
///
/// Without `with`, a creation by `run_job` is cut off at its deadline from outside, and total cancellation is terminal.
///
/// Waits on services that are equal (`==`) share polls; a service without `==` shares none, and each of its waits has a
/// line of its own. Among many services of one scope the equal one is found by `hash_value(service)`, looked up by its
/// argument, and where there is none by comparing with each. Where a service has `list_unfinished()`, which returns an
/// `awaitable<std::vector<job_type>>`, one call of it stands for the polls of three jobs or more; a job that is not on
/// the list is asked for by itself, and so is its end, unless `static constexpr bool lists_whole_jobs = true` says that
/// the items are all that `get_job` would tell.
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

/// One that can create a job from a text, for `run_job`.
template <class Api>
concept creating_job_api = job_api<Api> && requires(Api& api, std::string prompt) {
    { api.create_job(prompt) } -> std::same_as<asio::awaitable<typename Api::job_type>>;
};

} // namespace cojob

#endif
