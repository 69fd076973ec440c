#include "commands.hpp"
#include "follow.hpp"
#include "input.hpp"

#include <cojob/job/handle.hpp>

#include <optional>

namespace cli {

namespace {

constexpr const char* handle_begin = "cojob-job/";

/// The services that the jobs need, each made for the first one.
class service_set {
  public:
    service_set(session& on, const arguments& given) : on_(on), options_(wait_options_of(given)) {}

    followed_job follow_handle(const cojob::job_handle& handle)
    {
        if (handle.api == cojob::mintlify::agent::api_name)
            return follow(agent(), handle.id, handle, options_);
        if (handle.api == cojob::mintlify::agent_v1::api_name)
            return follow(agent_v1(), handle.id, handle, options_);
        if (handle.api == cojob::mintlify::deployments::api_name)
            return follow(deployments(), handle.id, handle, options_);
        if (handle.api == cojob::mintlify::static_export::api_name)
            return follow(exports(), handle.id, handle, options_);
        if (handle.api == cojob::osapi::jobs::api_name)
            return follow(jobs(), handle.id, handle, options_);
        throw usage_error("job handle: of an API that this command does not have");
    }

    followed_job follow_id(const std::string& api, const std::string& id)
    {
        if (api == "osapi")
            return follow(jobs(), id, id, options_);
        if (api == "mintlify-v1")
            return follow(agent_v1(), id, id, options_);
        if (api == "mintlify-deployments")
            return follow(deployments(), id, id, options_);
        if (api == "mintlify-exports")
            return follow(exports(), id, id, options_);
        return follow(agent(), id, id, options_);
    }

  private:
    /// Made for the first job, then shared, so that all jobs share polls.
    template <class Service>
    Service& made(std::optional<Service>& service, Service (session::*make)())
    {
        return service ? *service : service.emplace((on_.*make)());
    }
    cojob::mintlify::agent& agent() { return made(agent_, &session::agent); }
    cojob::mintlify::agent_v1& agent_v1() { return made(agent_v1_, &session::agent_v1); }
    cojob::mintlify::deployments& deployments() { return made(deployments_, &session::deployments); }
    cojob::mintlify::static_export& exports() { return made(exports_, &session::exports); }
    cojob::osapi::jobs& jobs() { return made(jobs_, &session::jobs); }

    session& on_;
    cojob::wait_options options_;
    std::optional<cojob::mintlify::agent> agent_;
    std::optional<cojob::mintlify::agent_v1> agent_v1_;
    std::optional<cojob::mintlify::deployments> deployments_;
    std::optional<cojob::mintlify::static_export> exports_;
    std::optional<cojob::osapi::jobs> jobs_;
};

exit_code follow_jobs(const arguments& given, shown what)
{
    const auto names = names_of(given);
    follower follows(given, what);
    session on(given, follows.observer());
    std::vector<followed_job> jobs;
    {
        service_set services(on, given);
        for (const auto& name : names) {
            jobs.push_back(name.starts_with(handle_begin) ? services.follow_handle(cojob::parse_job_handle(name))
                                                          : services.follow_id(given.api, name));
            jobs.back().name = name;
        }
    }
    return follows.run(on, std::move(jobs));
}

} // namespace

exit_code wait_for_jobs(const arguments& given)
{
    return follow_jobs(given, shown::ends);
}

exit_code watch_jobs(const arguments& given)
{
    return follow_jobs(given, shown::changes);
}

} // namespace cli
