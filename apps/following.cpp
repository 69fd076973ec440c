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
        return follow(agent(), id, id, options_);
    }

  private:
    cojob::mintlify::agent& agent() { return agent_ ? *agent_ : agent_.emplace(on_.agent()); }
    cojob::mintlify::agent_v1& agent_v1() { return agent_v1_ ? *agent_v1_ : agent_v1_.emplace(on_.agent_v1()); }
    cojob::osapi::jobs& jobs() { return jobs_ ? *jobs_ : jobs_.emplace(on_.jobs()); }

    session& on_;
    cojob::wait_options options_;
    std::optional<cojob::mintlify::agent> agent_;
    std::optional<cojob::mintlify::agent_v1> agent_v1_;
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
