// /metrics, in the text format of Prometheus. Label values are the program's own words, or a job's state as far as that
// is known: what a server invents does not become a time series of its own.

#include "metrics.hpp"

#include <ostream>
#include <sstream>
#include <string_view>

namespace service {

namespace {

class page {
  public:
    void one(std::string_view name, std::string_view type, std::string_view help, auto value)
    {
        head(name, type, help);
        out_ << name << ' ' << value << '\n';
    }

    void each(std::string_view name, std::string_view type, std::string_view help, std::string_view label,
              const auto& values)
    {
        head(name, type, help);
        for (const auto& [key, value] : values)
            out_ << name << '{' << label << "=\"" << key << "\"} " << value << '\n';
    }

    [[nodiscard]] std::string text() const { return out_.str(); }

  private:
    void head(std::string_view name, std::string_view type, std::string_view help)
    {
        out_ << "# HELP " << name << ' ' << help << "\n# TYPE " << name << ' ' << type << '\n';
    }

    std::ostringstream out_;
};

} // namespace

std::string metrics_text(const counters& count, const gauges& now)
{
    page out;
    out.each("service_jobs", "gauge", "Jobs on the page.", "state", now.jobs);
    out.one("service_uses_left", "gauge", "Creations that the hour still allows.", now.uses_left);
    out.one("service_uses_limit", "gauge", "Creations that an hour allows.", now.uses);
    out.each("service_creations_total", "counter", "Creations that have ended.", "outcome", count.creations);
    out.one("service_connections", "gauge", "Open connections.", count.connections);
    out.one("service_streams", "gauge", "Pages that listen.", count.streams);
    out.one("service_events_total", "counter", "Events published.", count.events);
    out.one("service_requests_total", "counter", "Requests received.", count.requests);
    out.each("service_responses_total", "counter", "Responses sent.", "status", count.responses);
    out.each("service_refusals_total", "counter", "Requests refused.", "reason", count.refusals);
    out.one("service_polls_total", "counter", "Polls of jobs that have ended.", count.polls);
    out.one("service_polls_failed_total", "counter", "Those without an answer that makes sense.", count.polls_failed);
    out.one("cojob_requests_total", "counter", "Requests to the API.", now.client.requests);
    out.one("cojob_retries_total", "counter", "Attempts after the first of a call.", now.client.retries);
    out.one("cojob_throttles_total", "counter", "429 responses, and calls that queued.", now.client.throttles);
    out.one("cojob_connections_opened_total", "counter", "Connections to the API.", now.client.connections_opened);
    return out.text();
}

} // namespace service
