#ifndef COJOB_IMPL_JOB_DETAIL_POLLED_API_IPP
#define COJOB_IMPL_JOB_DETAIL_POLLED_API_IPP

#include <cojob/detail/body.hpp>
#include <cojob/impl/internal/client/client_state.hpp>
#include <cojob/job/detail/polled_api.hpp>

#include <memory>
#include <utility>

namespace cojob::detail {

client for_one_poll(const client& c, std::shared_ptr<poll_trace> trace, duration limit)
{
    return client_state::for_one_poll(c, std::move(trace), limit);
}

} // namespace cojob::detail

#endif
