#ifndef TESTS_CONFORMANCE_SUPPORT_HPP
#define TESTS_CONFORMANCE_SUPPORT_HPP

#include "support/run.hpp"

#include <cojob/client.hpp>
#include <cojob/error.hpp>
#include <cojob/http/url.hpp>
#include <cojob/mintlify/agent_stream.hpp>
#include <cojob/osapi/jobs.hpp>
#include <cojob/result.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

// What the programs in this folder share: they make calls one after the other and say of each what they saw.
namespace conformance {

namespace asio = boost::asio;

/// The exit status of a program that has nothing to look at here; its last line says why.
inline constexpr int skipped = 77;

inline int skip(const std::string& why)
{
    std::cout << why << '\n';
    return skipped;
}

/// A variable of the environment; one that is empty counts as absent.
inline std::optional<std::string> environment(const char* name)
{
    const auto* const text = std::getenv(name);
    return text && *text ? std::optional<std::string>(text) : std::nullopt;
}

/// What has a server's texts in it, safe to print: one line without control characters, not too long.
inline std::string printable(std::string_view text)
{
    std::string clean;
    for (const char c : text.substr(0, 1000))
        clean += static_cast<unsigned char>(c) < 0x20 || c == '\x7f' ? '?' : c;
    return clean;
}

/// A failure in a few words: what, the status, what the server said.
inline std::string describe(const cojob::error_info& failure)
{
    auto text = failure.code().message();
    if (!failure.message.empty())
        text += ": " + failure.message;
    if (failure.http_status != 0)
        text += " (" + std::to_string(failure.http_status) + ")";
    if (!failure.server_message.empty())
        text += ", the server said: " + failure.server_message;
    return text;
}

/// Runs the context until the operation has ended, and returns how.
template <class T>
cojob::result<T> outcome(asio::io_context& context, asio::awaitable<T> operation)
{
    const auto ended = tests::run(context, std::move(operation));
    return ended.get();
}

/// Reads a stream to its end. How many events there were.
inline asio::awaitable<std::size_t> count_events(cojob::mintlify::agent_stream stream)
{
    std::size_t events = 0;
    while (co_await stream.next())
        ++events;
    co_return events;
}

/// What a status that is no success means.
inline cojob::errc code_of(int status)
{
    using enum cojob::errc;
    switch (status) {
    case 401: return unauthorized;
    case 403: return forbidden;
    case 404: return not_found;
    case 409: return conflict;
    case 429: return rate_limited;
    default: return status >= 500 ? server_error : rejected;
    }
}

/// A client whose calls are one request each, so that what is seen is one answer of the server.
inline cojob::client_options one_attempt()
{
    cojob::client_options o;
    o.retry.max_attempts = 1;
    o.tls.ca_file = environment("COJOB_CA_FILE").value_or("");
    return o;
}

/// A request to OSAPI that no operation of the client would send.
inline cojob::api_request osapi_request(const cojob::osapi::jobs_options& options, std::string method)
{
    cojob::api_request r(std::move(method), cojob::http::parse_url(options.base_url, "base URL"), {}, options.token);
    std::istringstream path(options.base_path.substr(1));
    for (std::string segment; std::getline(path, segment, '/');)
        r.segments.push_back(segment);
    r.allow_plaintext = options.allow_plaintext;
    return r;
}

/// What was seen, a line each, and how much of it was wrong.
class report {
  public:
    /// A chatty one prints what was right as well.
    explicit report(bool is_chatty = true) : is_chatty_(is_chatty) {}

    bool expect(bool holds, const std::string& what)
    {
        ++(holds ? right_ : wrong_);
        if (!holds)
            std::cout << "WRONG ";
        if (!holds || is_chatty_)
            std::cout << printable(what) << '\n';
        return holds;
    }

    template <class T>
    bool succeeds(const cojob::result<T>& result, const std::string& what)
    {
        return expect(result.has_value(), result ? what : what + ": " + describe(result.error()));
    }

    template <class T>
    bool fails(const cojob::result<T>& result, cojob::errc code, const std::string& what)
    {
        const auto is_it = result.has_error() && result.error().code() == code;
        return expect(is_it, what + ": " + (result ? std::string("it succeeded") : describe(result.error())) +
                                 (is_it ? "" : ", expected: " + make_error_code(code).message()));
    }

    /// Something that cannot be done here.
    void leave_out(const std::string& what)
    {
        ++left_out_;
        std::cout << "not done: " << printable(what) << '\n';
    }

    static void say(const std::string& line) { std::cout << printable(line) << '\n'; }

    [[nodiscard]] int exit_status() const
    {
        std::cout << right_ << " right, " << wrong_ << " wrong, " << left_out_ << " not done\n";
        return wrong_ == 0 ? 0 : 1;
    }

  private:
    bool is_chatty_;
    std::size_t right_ = 0, wrong_ = 0, left_out_ = 0;
};

/// Runs a program's body, and says what it throws.
template <class Body>
int run_program(Body body)
{
    std::cout << std::unitbuf; // a checker that waits for a line gets it
    try {
        return body();
    } catch (const std::exception& e) {
        std::cout << "WRONG " << printable(e.what()) << '\n';
        return 1;
    }
}

} // namespace conformance

#endif
