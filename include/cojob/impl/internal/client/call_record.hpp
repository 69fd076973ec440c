#ifndef COJOB_IMPL_INTERNAL_CLIENT_CALL_RECORD_HPP
#define COJOB_IMPL_INTERNAL_CLIENT_CALL_RECORD_HPP

#include <cojob/impl/internal/client/client_state.hpp>
#include <cojob/impl/internal/client/request.hpp>

#include <exception>
#include <memory>
#include <utility>
#include <vector>

namespace cojob::detail {

/// One call, from request to response. The caller and the coroutine on the client's strand share it, so that nothing is
/// moved between them. The caller writes before the call is spawned and reads after its completion.
class call_record {
  public:
    call_record(std::shared_ptr<client_state> c, const call_settings& s)
        : client(std::move(c)), settings(s), op(client->alarm)
    {
        request.wire.common = client->common_headers;
    }

    /// Whether everything that the call awaits is bound to its operation's `step_slot`.
    [[nodiscard]] bool binds_steps() const noexcept { return !request.provider && client->transport->binds_steps(); }

    const std::shared_ptr<client_state> client;
    const call_settings settings;
    prepared_call request{}; ///< prepared in place, before the call is sent
    operation op;

    std::unique_ptr<error_info> failure{};     ///< null after a success
    std::exception_ptr thrown{};               ///< an exception of the credential provider or the header hook
    http::response response{};                 ///< set after a success
    std::shared_ptr<http::body_stream> rest{}; ///< the rest of the body, if it is streamed
    std::vector<attempt> attempts{};           ///< that failed
    attempt last{};                            ///< set after a success

    /// The attempts of a call that has succeeded.
    [[nodiscard]] std::vector<attempt> all_attempts() const
    {
        auto all = attempts;
        all.push_back(last);
        return all;
    }
};

using call_ptr = std::shared_ptr<call_record>;

/// The call's operation. Shares ownership of the call.
inline std::shared_ptr<operation> operation_of(const call_ptr& c)
{
    return {c, &c->op};
}

} // namespace cojob::detail

#endif
