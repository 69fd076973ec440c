#ifndef COJOB_SECRET_HPP
#define COJOB_SECRET_HPP

#include <cojob/detail/config.hpp>

#include <boost/asio/awaitable.hpp>

#include <filesystem>
#include <functional>
#include <iosfwd>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace cojob {

/// A text that is never printed, and is wiped from memory with its last copy. Copies share one buffer.
class secret {
  public:
    secret() = default;

    /// Takes the text, and wipes the argument's buffer.
    COJOB_DECL explicit secret(std::string text);

    /// Whether there is no text.
    [[nodiscard]] bool empty() const noexcept { return reveal().empty(); }

    /// Returns the text. The view is valid as long as a copy of this secret exists.
    [[nodiscard]] std::string_view reveal() const noexcept
    {
        return text_ ? std::string_view(*text_) : std::string_view();
    }

    /// Whether both have the same text.
    friend bool operator==(const secret& a, const secret& b) noexcept { return a.reveal() == b.reveal(); }

    /// Prints `***` for every secret.
    COJOB_DECL friend std::ostream& operator<<(std::ostream&, const secret&);

  private:
    std::shared_ptr<const std::string> text_;
};

/// Reads a key from an environment variable, without white space around it. `must_hold` describes the value in error
/// messages.
/// \throws api_error `invalid_argument` naming the variable if it is not set, empty or blank, or does not hold a key:
/// several words, a `Bearer` prefix, quotes, non-ASCII characters.
[[nodiscard]] COJOB_DECL secret secret_from_environment(const std::string& variable,
                                                        std::string_view must_hold = "a key");

/// Reads a key from a file that contains nothing else. Ignores white space around it, such as a final line break, and a
/// byte order mark. \throws api_error `invalid_argument` naming the file if it cannot be read, or as
/// `secret_from_environment`.
[[nodiscard]] COJOB_DECL secret secret_from_file(const std::filesystem::path& path);

/// Authorizes requests: either a fixed secret, or a provider that is called before each attempt. Several calls may call
/// a provider at the same time. If it throws, the call that called it ends with that exception.
class credential {
  public:
    /// Type of a provider: a function that returns an awaitable, so that it may get the secret from a server.
    using provider_type = std::function<asio::awaitable<secret>()>;

    credential() = default;
    /// One secret for all requests.
    COJOB_DECL credential(secret fixed);
    /// A provider, called before each attempt on the client's strand, and so on any thread that runs the client.
    credential(provider_type asked) : provider_(std::move(asked)) {}
    /// The same for a lambda.
    template <class Function>
        requires std::is_invocable_r_v<asio::awaitable<secret>, Function&>
    credential(Function asked) : provider_(std::move(asked))
    {
    }

    /// Whether there is neither a non-empty secret nor a provider.
    [[nodiscard]] bool empty() const noexcept { return !provider_ && fixed_.empty(); }
    /// Whether there is no provider.
    [[nodiscard]] bool is_fixed() const noexcept { return !provider_; }
    /// The secret; empty with a provider.
    [[nodiscard]] const secret& fixed() const noexcept { return fixed_; }
    /// The provider; empty with a fixed secret.
    [[nodiscard]] const provider_type& provider() const noexcept { return provider_; }

    /// The header value of a fixed secret, built once: `Bearer …`.
    [[nodiscard]] const secret& header() const noexcept { return header_; }

  private:
    secret fixed_, header_;
    provider_type provider_;
};

namespace detail {

/// Returns the value of the Authorization header; empty for an empty key.
[[nodiscard]] COJOB_DECL secret bearer(const secret& key);

/// Reads an environment variable, without white space around it; empty if it is not set. With `must_hold`, which
/// describes the value, an empty one is refused. \throws api_error `invalid_argument` naming the variable
[[nodiscard]] COJOB_DECL std::string environment(const std::string& variable, std::string_view must_hold = {});

/// Overwrites and empties the text. The compiler does not remove the overwriting.
COJOB_DECL void wipe(std::string&) noexcept;

} // namespace detail

} // namespace cojob

#ifndef COJOB_SEPARATE_COMPILATION
#include <cojob/impl/secret.ipp>
#endif

#endif
