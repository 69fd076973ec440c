#ifndef COJOB_SECRET_HPP
#define COJOB_SECRET_HPP

#include <cojob/detail/config.hpp>

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <iosfwd>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace cojob {

/// A text that never prints and is wiped from memory when its last copy goes. Copies share one buffer.
class secret {
  public:
    secret() = default;

    /// Takes the text over; the argument's own buffer is wiped as well.
    COJOB_DECL explicit secret(std::string text);

    /// Whether there is no text.
    [[nodiscard]] bool empty() const noexcept { return reveal().empty(); }

    /// The text itself. The view lives as long as a copy of this secret.
    [[nodiscard]] std::string_view reveal() const noexcept
    {
        return text_ ? std::string_view(*text_) : std::string_view();
    }

    /// Whether both have the same text.
    friend bool operator==(const secret& a, const secret& b) noexcept { return a.reveal() == b.reveal(); }

    /// Prints `***`, whatever the secret.
    COJOB_DECL friend std::ostream& operator<<(std::ostream&, const secret&);

  private:
    std::shared_ptr<const std::string> text_;
};

/// A key from an environment variable, without white space around it; `must_hold` is for the error's words.
/// \throws api_error `invalid_argument` naming the variable, where it is not set, empty or blank, or holds what cannot
/// be a key: several words, `Bearer` in front, quotes, what is not ASCII.
[[nodiscard]] COJOB_DECL secret secret_from_environment(const std::string& variable,
                                                        std::string_view must_hold = "a key");

/// A key that is all there is in a file, without white space around it: the line's end that editors add, a byte order
/// mark. \throws api_error `invalid_argument` naming the file, where it cannot be read or as `secret_from_environment`.
[[nodiscard]] COJOB_DECL secret secret_from_file(const std::string& path);

/// What authorizes a request: a secret, or a function that is asked for one before each attempt, on the client's
/// strand. A provider may be asked by several calls at once; what it throws ends the call that asked.
class credential {
  public:
    /// What is asked for a secret: a function that returns an awaitable, so that it may call a server for one.
    using provider_type = std::function<asio::awaitable<secret>()>;

    credential() = default;
    /// One secret for every request.
    COJOB_DECL credential(secret fixed);
    /// A provider, asked before each attempt. It may be asked on any thread that runs the client.
    credential(provider_type asked) : provider_(std::move(asked)) {}
    /// The same for a lambda.
    template <class Function>
        requires std::is_invocable_r_v<asio::awaitable<secret>, Function&>
    credential(Function asked) : provider_(std::move(asked))
    {
    }

    /// Neither a secret with text in it nor a provider.
    [[nodiscard]] bool empty() const noexcept { return !provider_ && fixed_.empty(); }
    /// Whether nobody has to be asked.
    [[nodiscard]] bool is_fixed() const noexcept { return !provider_; }
    /// The secret; empty where there is a provider.
    [[nodiscard]] const secret& fixed() const noexcept { return fixed_; }
    /// The provider; empty where the secret is fixed.
    [[nodiscard]] const provider_type& provider() const noexcept { return provider_; }

    /// What is sent for a fixed one, made once: `Bearer …`.
    [[nodiscard]] const secret& header() const noexcept { return header_; }

  private:
    secret fixed_, header_;
    provider_type provider_;
};

namespace detail {

/// The value of the header Authorization; empty for an empty key.
[[nodiscard]] COJOB_DECL secret bearer(const secret& key);

/// A variable without white space around it; empty where it is not set. With `must_hold`, what it is for, that is
/// refused. \throws api_error `invalid_argument` naming the variable
[[nodiscard]] COJOB_DECL std::string environment(const std::string& variable, std::string_view must_hold = {});

/// Overwrites the text, in a way the compiler does not remove, and empties it.
COJOB_DECL void wipe(std::string&) noexcept;

} // namespace detail

} // namespace cojob

#ifndef COJOB_SEPARATE_COMPILATION
#include <cojob/impl/secret.ipp>
#endif

#endif
