#ifndef EXAMPLES_SERVICE_METRICS_HPP
#define EXAMPLES_SERVICE_METRICS_HPP

#include <cojob/client.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

namespace service {

/// What the rooms of the program count. One thread, so plain numbers.
struct counters {
    std::size_t connections = 0, streams = 0;                            ///< open now
    std::uint64_t requests = 0, events = 0, polls = 0, polls_failed = 0; ///< since the start
    std::map<std::string, std::uint64_t> responses, refusals, creations; ///< by status, reason, outcome
};

/// One more of something for as long as it lives.
class one_more {
  public:
    explicit one_more(std::size_t& number) : number_(number) { ++number_; }
    ~one_more() { --number_; }
    one_more(const one_more&) = delete;
    one_more& operator=(const one_more&) = delete;

  private:
    std::size_t& number_;
};

/// What is counted elsewhere.
struct gauges {
    std::map<std::string, std::size_t> jobs; ///< by state
    std::uint32_t uses_left = 0, uses = 0;
    cojob::client_stats client;
};

/// The text format of Prometheus. Has states and numbers, no prompts and no ids.
[[nodiscard]] std::string metrics_text(const counters&, const gauges&);

} // namespace service

#endif
