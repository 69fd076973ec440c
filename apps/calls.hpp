#ifndef COJOB_APPS_CALLS_HPP
#define COJOB_APPS_CALLS_HPP

#include "output.hpp"
#include "session.hpp"
#include "view.hpp"

#include <cojob/job/handle.hpp>

#include <boost/asio/awaitable.hpp>

#include <string>
#include <utility>
#include <vector>

namespace cli {

/// Prints a job, or with --handle its handle. With --json the handle is a member.
template <class Service, class Job>
void print_with_handle(const arguments& given, const Service& service, const Job& job, const std::string& link = {})
{
    const auto handle = to_string(service.handle(job));
    if (given.wants_handle)
        return print_line(handle);
    auto view = view_of(job);
    if (!link.empty())
        view.members["link"] = link;
    view.members["handle"] = handle;
    print_job(given, view);
}

template <class Service, class Job>
asio::awaitable<void> get_into(Service service, std::string id, Job& found)
{
    found = co_await service.get_job(id);
}

template <class Pages>
asio::awaitable<void> list_into(Pages pages, unsigned limit, std::vector<job_view>& found)
{
    while (limit == 0 || found.size() < limit) {
        const auto next = co_await pages.next();
        if (!next)
            break;
        found.push_back(view_of(*next));
    }
}

/// `get` of an API: `get_one(given, &session::agent)`.
template <class Service>
exit_code get_one(const arguments& given, Service (session::*make)())
{
    session on(given);
    const auto service = (on.*make)();
    typename Service::job_type found;
    on.run(get_into(service, given.ids.front(), found));
    print_with_handle(given, service, found);
    return exit_code::completed;
}

/// `list` of an API.
template <class Pages>
exit_code list_all(const arguments& given, session& on, Pages pages)
{
    std::vector<job_view> found;
    on.run(list_into(std::move(pages), given.limit, found));
    print_jobs(given, found);
    return exit_code::completed;
}

} // namespace cli

#endif
