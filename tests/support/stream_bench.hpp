#ifndef TESTS_SUPPORT_STREAM_BENCH_HPP
#define TESTS_SUPPORT_STREAM_BENCH_HPP

#include "support/mock_agent.hpp"

#include <cojob/mintlify/agent_v1.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tests {

/// The default response to a creation.
inline const cojob::http::header_list& stream_headers()
{
    static const cojob::http::header_list headers{{"Content-Type", "text/event-stream; charset=utf-8"},
                                                  {"X-Session-Id", "s1"},
                                                  {"X-Branch-Name", "mintlify/s1"},
                                                  {"X-Request-Id", "r1"}};
    return headers;
}

/// Event n of a stream, of at least this size.
inline std::string numbered_event(std::size_t n, std::size_t padding = 0)
{
    return "id: " + std::to_string(n) + "\ndata: event " + std::to_string(n) + std::string(padding, '.') + "\n\n";
}

inline std::string numbered_events(std::size_t count, std::size_t padding = 0)
{
    std::string text;
    for (std::size_t n = 1; n <= count; ++n)
        text += numbered_event(n, padding);
    return text;
}

/// An agent of API v1 on real sockets, and its streams.
class stream_bench : public mock_agent {
  public:
    using stream = cojob::mintlify::agent_stream;
    using event = cojob::http::server_sent_event;

    explicit stream_bench(const cojob::testing::mock_server_options& mock = {},
                          cojob::client_options options = one_attempt())
        : mock_agent(mock, std::move(options)), service(client(), credentials(mock))
    {
    }

    cojob::mintlify::agent_v1 service;

    void answer(const std::string& events, const cojob::http::header_list& headers = stream_headers())
    {
        server.answer_next(200, events, headers, 1, "POST");
    }

    started<stream> create(const std::string& prompt = "Document it")
    {
        return run(service.create_job(cojob::mintlify::create_session_request(prompt)));
    }

    /// Creates a session and returns its stream.
    stream open(const std::string& events)
    {
        answer(events);
        return create().get().value();
    }

    /// The data of the events, up to the end or the failure.
    struct told {
        std::vector<std::string> texts;
        cojob::error_info failure;
    };

    told read_all(const stream& s)
    {
        told all;
        for (;;) {
            const auto next = run(s.next());
            all.failure = next.error();
            if (next.code() || !next.get().value())
                return all;
            all.texts.push_back(next.get().value()->data);
        }
    }

  private:
    [[nodiscard]] cojob::mintlify::agent_options credentials(const cojob::testing::mock_server_options& mock) const
    {
        cojob::mintlify::agent_options o;
        o.project_id = mock.project_id;
        o.quota.limit = 0;
        o.api_key = cojob::secret(mock.token);
        o.base_url = server.base_url();
        return o;
    }
};

} // namespace tests

#endif
