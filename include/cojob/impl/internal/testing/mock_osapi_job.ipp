#ifndef COJOB_IMPL_INTERNAL_TESTING_MOCK_OSAPI_JOB_IPP
#define COJOB_IMPL_INTERNAL_TESTING_MOCK_OSAPI_JOB_IPP

#include <cojob/impl/internal/testing/mock_life.ipp>
#include <cojob/testing/mock_server.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cojob::testing::detail {

/// An agent and its state for a job.
struct osapi_agent {
    std::string_view hostname, state; ///< started, completed, failed or skipped

    [[nodiscard]] bool has_ended() const { return state != "started"; }
    [[nodiscard]] std::string_view error() const
    {
        if (state == "failed")
            return "command execution failed: command timed out after 1s";
        return state == "skipped" ? "unsupported OS family" : "";
    }
};

/// The agents of a job: one, or two with different results.
inline std::vector<osapi_agent> agents_at(std::string_view status)
{
    if (status == "processing")
        return {{"osapi-test", "started"}};
    if (status == "partial_failure")
        return {{"osapi-test", "completed"}, {"osapi-test-2", "failed"}};
    if (status == "completed" || status == "failed" || status == "skipped")
        return {{"osapi-test", status}};
    return {}; // no agent has received it yet
}

inline std::string in_whole_seconds(timestamp when)
{
    return cojob::to_string(timestamp(std::chrono::floor<std::chrono::seconds>(when)));
}

/// A job of OSAPI, as recorded from the real server (a job of `command.exec.execute`).
class mock_osapi_job {
  public:
    mock_osapi_job(std::string id, std::vector<lifecycle_step> life, timestamp created)
        : id_(std::move(id)), life_(std::move(life)), created_(std::chrono::floor<std::chrono::seconds>(created))
    {
        add_event(created_, "submitted", "_api", "Job submitted to queue");
    }

    [[nodiscard]] const std::string& status() const noexcept { return life_.status(); }
    void set_life(std::vector<lifecycle_step> life) { life_ = job_life(std::move(life)); }

    void add_retry(const std::string& as, timestamp now)
    {
        add_events(now);
        add_event(now, "retried", "_api", "Job retried as " + as);
    }

    /// The job as JSON. Counts as a poll. Lists show no details.
    [[nodiscard]] boost::json::object show(timestamp now, bool has_details)
    {
        add_events(now);
        const auto shown = has_details ? describe() : describe_briefly();
        life_.count_poll();
        return shown;
    }

  private:
    struct event_type {
        timestamp time;
        std::string event, hostname, message, error;
    };

    void add_event(timestamp now, std::string_view event, std::string_view hostname, std::string message,
                   std::string_view error = {})
    {
        timeline_.push_back({now, std::string(event), std::string(hostname), std::move(message), std::string(error)});
    }

    /// Adds the events since the last poll to the timeline.
    void add_events(timestamp now)
    {
        if (seen_ == status())
            return;
        const auto was_working = std::exchange(seen_, status()) == "processing";
        const auto agents = agents_at(seen_);
        for (const auto& agent : agents) {
            const std::string name(agent.hostname);
            if (!was_working) {
                add_event(now, "acknowledged", name, "Job acknowledged by agent " + name);
                add_event(now, "started", name, "Job processing started on " + name);
            }
            if (agent.state == "completed")
                add_event(now, "completed", name, "Job completed successfully on " + name);
            else if (agent.state == "failed")
                add_event(now, "failed", name, "Job failed on " + name, agent.error());
            else if (agent.state == "skipped")
                add_event(now, "skipped", name, "Job skipped on " + name + " (unsupported OS family)", agent.error());
        }
    }

    /// The job as an item of a list, where `changed` is always null.
    [[nodiscard]] boost::json::object describe_briefly() const
    {
        boost::json::object shown{{"changed", nullptr}, {"created", cojob::to_string(created_)}};
        if (seen_ == "failed" || seen_ == "skipped")
            shown["error"] = agents_at(seen_).front().error();
        const auto has_host = seen_ == "completed" || seen_ == "failed" || seen_ == "partial_failure";
        if (has_host)
            shown["hostname"] = agents_at(seen_).back().hostname;
        shown["id"] = id_;
        boost::json::object command{{"args", boost::json::array{"hello"}}, {"command", "echo"}};
        shown["operation"] = boost::json::object{{"data", std::move(command)}, {"type", "command.exec.execute"}};
        if (seen_ == "completed") // the result of a job that one agent answered
            shown["result"] = result();
        shown["status"] = seen_;
        const auto latest = std::max_element(timeline_.begin(), timeline_.end(),
                                             [](const auto& a, const auto& b) { return a.time < b.time; });
        shown["updated_at"] = cojob::to_string(latest->time);
        return shown;
    }

    [[nodiscard]] boost::json::object describe() const
    {
        auto shown = describe_briefly();
        if (seen_ == "completed" || seen_ == "partial_failure")
            shown["changed"] = true;
        boost::json::object states, responses;
        for (const auto& agent : agents_at(seen_)) {
            states[agent.hostname] = describe_state(agent);
            if (agent.has_ended())
                responses[agent.hostname] = describe_response(agent);
        }
        if (!states.empty())
            shown["agent_states"] = std::move(states);
        if (!responses.empty())
            shown["responses"] = std::move(responses);
        boost::json::array events;
        for (const auto& event : timeline_)
            events.push_back(describe_event(event));
        shown["timeline"] = std::move(events);
        return shown;
    }

    [[nodiscard]] static boost::json::object result()
    {
        return {{"changed", true}, {"duration_ms", 2}, {"exit_code", 0}, {"stderr", ""}, {"stdout", "hello\n"}};
    }

    [[nodiscard]] static boost::json::object describe_state(const osapi_agent& agent)
    {
        boost::json::object shown;
        if (agent.state == "completed" || agent.state == "failed")
            shown["duration"] = agent.state == "failed" ? "1.002363931s" : "2.748032ms";
        if (!agent.error().empty())
            shown["error"] = agent.error();
        shown["status"] = agent.state;
        return shown;
    }

    [[nodiscard]] static boost::json::object describe_response(const osapi_agent& agent)
    {
        boost::json::object shown{{"changed", nullptr}};
        if (agent.error().empty()) {
            shown["changed"] = true;
            shown["data"] = result();
        } else {
            shown["error"] = agent.error();
        }
        shown["hostname"] = agent.hostname;
        shown["status"] = agent.state;
        return shown;
    }

    [[nodiscard]] static boost::json::object describe_event(const event_type& event)
    {
        boost::json::object shown;
        if (!event.error.empty())
            shown["error"] = event.error;
        shown["event"] = event.event;
        shown["hostname"] = event.hostname;
        shown["message"] = event.message;
        shown["timestamp"] = in_whole_seconds(event.time);
        return shown;
    }

    std::string id_;
    job_life life_;
    timestamp created_;
    std::string seen_; ///< the last status shown
    std::vector<event_type> timeline_;
};

} // namespace cojob::testing::detail

#endif
