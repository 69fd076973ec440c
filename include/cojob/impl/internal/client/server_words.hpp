#ifndef COJOB_IMPL_INTERNAL_CLIENT_SERVER_WORDS_HPP
#define COJOB_IMPL_INTERNAL_CLIENT_SERVER_WORDS_HPP

#include <cojob/detail/ascii.hpp>

#include <boost/beast/http/status.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cojob::detail {

/// The letters of a text, in lower case.
inline std::string letters_of(std::string_view text)
{
    std::string letters;
    for (const char c : text)
        if (is_alpha(c))
            letters += to_lower(c);
    return letters;
}

/// Whether the text contains something that the status does not say: characters outside ASCII, or another number.
inline bool has_other_words(std::string_view text, int status)
{
    if (equal_ignoring_case(text.substr(0, 5), "http/")) // with its version
        text.remove_prefix(std::min(text.find(' '), text.size()));
    if (std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; }))
        return true;
    std::string digits;
    std::copy_if(text.begin(), text.end(), std::back_inserter(digits), is_digit);
    return !digits.empty() && digits != std::to_string(status);
}

/// Whether a text says no more than the status does: "Not Found", "404 not found.", "NOT_FOUND", "HTTP error 404".
inline bool is_reason_phrase(std::string_view text, int status)
{
    if (has_other_words(text, status))
        return false;
    const auto letters = letters_of(text);
    const auto standard = boost::beast::http::obsolete_reason(
        boost::beast::http::int_to_status(static_cast<unsigned>(std::clamp(status, 0, 999))));
    const auto reason = letters_of({standard.data(), standard.size()});
    constexpr std::array<std::string_view, 4> before{"http", "error", "httperror", "status"};
    const auto is_reason = [&](std::string_view rest) {
        return rest.empty() || rest == reason || (status == 413 && rest == "contenttoolarge") ||
               (status == 413 && rest == "requestentitytoolarge") ||
               (status == 422 && rest == "unprocessablecontent") ||
               (status == 503 && rest == "servicetemporarilyunavailable");
    };
    return is_reason(letters) || std::any_of(before.begin(), before.end(), [&](std::string_view prefix) {
               return letters.starts_with(prefix) && is_reason(std::string_view(letters).substr(prefix.size()));
           });
}

/// Finds the messages in the JSON body of an error response.
class server_words {
  public:
    server_words(const boost::json::value& body, int status) : status_(status) { texts_ = texts_in(body, 0); }

    /// The first message that says more than the status, or else the first message; empty if there is none.
    [[nodiscard]] const std::string& message() const
    {
        static const std::string none;
        return texts_.empty() ? none : texts_[best_of(texts_)];
    }

    /// The other messages, most informative member first.
    [[nodiscard]] std::string detail() const
    {
        std::string all;
        for (std::size_t i = 0; i < texts_.size(); ++i)
            if (i != best_of(texts_))
                all.append(all.empty() ? "" : "; ").append(texts_[i]);
        return all;
    }

  private:
    using texts = std::vector<std::string>;

    static constexpr std::size_t most_items = 8; // of an array: enough to correct a request
    static constexpr int deepest = 4;            // {"error": {"errors": [{"message": …}]}}

    /// The members that contain messages, the most informative first. `detail` and `title` are RFC 9457's,
    /// `error_description` is RFC 6749's, `msg` FastAPI's.
    static constexpr std::array<std::string_view, 9> names{
        "message", "error_description", "error", "detail", "details", "title", "errors", "msg", "reason"};

    /// The index of the first message that says more than the status, or else 0.
    [[nodiscard]] std::size_t best_of(const texts& all) const
    {
        const auto says_more = [this](const std::string& text) { return !is_reason_phrase(text, status_); };
        const auto found = std::find_if(all.begin(), all.end(), says_more);
        return found == all.end() ? 0 : static_cast<std::size_t>(found - all.begin());
    }

    /// The distinct messages of an object's members; at most one of any other value.
    [[nodiscard]] texts texts_in(const boost::json::value& value, int depth) const
    {
        texts found;
        const auto* const object = value.if_object();
        if (!object)
            add(found, words_in(value, depth));
        else
            for (const auto name : names)
                if (const auto* const member = object->if_contains(name))
                    add(found, name == "errors" ? words_of_fields(*member, depth + 1) : words_in(*member, depth + 1));
        return found;
    }

    static void add(texts& found, std::string words)
    {
        if (!trim(words).empty() && std::find(found.begin(), found.end(), words) == found.end())
            found.push_back(std::move(words));
    }

    /// The message of a value; empty if it has none.
    [[nodiscard]] std::string words_in(const boost::json::value& value, int depth) const
    {
        if (const auto* const text = value.if_string())
            return {text->data(), text->size()};
        if (depth > deepest)
            return {};
        if (const auto* const items = value.if_array())
            return joined(*items, depth);
        if (value.is_object())
            if (const auto inner = texts_in(value, depth); !inner.empty())
                return inner[best_of(inner)];
        return {};
    }

    [[nodiscard]] std::string joined(const boost::json::array& items, int depth) const
    {
        std::string all;
        for (std::size_t i = 0; i < std::min(items.size(), most_items); ++i)
            if (const auto words = words_in(items[i], depth + 1); !words.empty())
                all.append(all.empty() ? "" : "; ").append(words);
        return all;
    }

    /// The messages in `errors`, which can also map fields to messages: `{"prompt": ["is too long"]}`.
    [[nodiscard]] std::string words_of_fields(const boost::json::value& errors, int depth) const
    {
        auto all = words_in(errors, depth);
        const auto* const fields = all.empty() ? errors.if_object() : nullptr;
        if (!fields)
            return all;
        std::size_t items = 0;
        for (const auto& [name, value] : *fields)
            if (const auto words = words_in(value, depth + 1); !words.empty() && ++items <= most_items)
                all.append(all.empty() ? "" : "; ").append(name.data(), name.size()).append(": ").append(words);
        return all;
    }

    int status_;
    texts texts_;
};

} // namespace cojob::detail

#endif
