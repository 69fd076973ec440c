#ifndef COJOB_IMPL_MINTLIFY_AGENT_STREAM_IPP
#define COJOB_IMPL_MINTLIFY_AGENT_STREAM_IPP

#include <cojob/client.hpp>
#include <cojob/detail/body.hpp>
#include <cojob/impl/internal/client/event_source.hpp>
#include <cojob/mintlify/agent_stream.hpp>

namespace cojob::mintlify {

asio::awaitable<std::optional<http::server_sent_event>> agent_stream::next() const
{
    return cojob::detail::next_event(source_);
}

} // namespace cojob::mintlify

#endif
