#ifndef COJOB_IMPL_INTERNAL_BASE_JSON_INDEXER_HPP
#define COJOB_IMPL_INTERNAL_BASE_JSON_INDEXER_HPP

#include <cojob/detail/ascii.hpp>
#include <cojob/detail/json_document.hpp>
#include <cojob/detail/json_string.hpp>
#include <cojob/impl/internal/base/repeated_names.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace cojob::detail {

/// Parses a JSON text in one pass and adds a node for each value and name. As strict as RFC 8259.
class json_indexer {
  public:
    json_indexer(std::string_view text, std::size_t max_depth, json_nodes& nodes) noexcept
        : begin_(text.data()), at_(begin_), end_(begin_ + text.size()), depth_left_(max_depth), nodes_(nodes)
    {
    }

    /// Returns whether the text is valid.
    [[nodiscard]] bool run()
    {
        while (take_value())
            while (is_complete_) {
                if (open_ == nothing)
                    return !skip_blanks();
                if (!take_separator())
                    return false;
            }
        return false;
    }

    /// Whether that is why it is not.
    [[nodiscard]] bool is_too_deep() const noexcept { return is_too_deep_; }

  private:
    static constexpr std::uint32_t nothing = 0xFFFF'FFFF;

    /// Consumes a scalar, an empty array or object, or the beginning of one up to its first value.
    bool take_value()
    {
        is_complete_ = true;
        if (!skip_blanks())
            return false;
        switch (*at_) {
        case '"': return take_string();
        case '{': return open(json_kind::object) && (take('}') ? close() : take_name());
        case '[': return open(json_kind::array) && (!take(']') || close());
        case 't': return take_literal("true", json_kind::boolean);
        case 'f': return take_literal("false", json_kind::boolean);
        case 'n': return take_literal("null", json_kind::null);
        default: return take_number();
        }
    }

    /// Consumes what follows a value in an array or object, up to its next value.
    bool take_separator()
    {
        const bool is_object = nodes_.begin()[open_].kind == json_kind::object;
        if (!take(','))
            return take(is_object ? '}' : ']') && close();
        is_complete_ = false;
        return !is_object || take_name();
    }

    bool take_name() { return skip_blanks() && take_string() && take(':'); }

    bool take_string()
    {
        const auto [size, has_escapes] = measure_json_string(rest());
        return size != 0 && add(json_kind::string, size, has_escapes);
    }

    bool take_literal(std::string_view expected, json_kind kind)
    {
        return rest().starts_with(expected) && add(kind, expected.size());
    }

    bool take_number()
    {
        auto left = rest();
        auto kind = json_kind::integer;
        (void)detail::take(left, '-');
        if (!detail::take(left, '0') && take_digits(left) == 0)
            return false;
        if (detail::take(left, '.')) {
            kind = json_kind::real;
            if (take_digits(left) == 0)
                return false;
        }
        std::size_t exponent = 0;
        if (detail::take(left, 'e') || detail::take(left, 'E')) {
            kind = json_kind::real;
            (void)(detail::take(left, '-') || detail::take(left, '+'));
            exponent = take_digits(left);
            if (exponent == 0)
                return false;
        }
        const auto token = rest().substr(0, rest().size() - left.size());
        return has_range_of_int(token, exponent) && add(kind, token.size());
    }

    static std::size_t take_digits(std::string_view& text) noexcept
    {
        std::size_t digits = 0;
        while (digits < text.size() && is_digit(text[digits]))
            ++digits;
        text.remove_prefix(digits);
        return digits;
    }

    /// Boost.JSON, which makes trees and doubles, refuses an exponent beyond the range of int.
    static bool has_range_of_int(std::string_view number, std::size_t exponent_digits)
    {
        constexpr std::size_t always = 8;
        if (exponent_digits <= always)
            return true;
        boost::system::error_code failed;
        (void)boost::json::parse({number.data(), number.size()}, failed);
        return !failed;
    }

    bool open(json_kind kind)
    {
        is_too_deep_ = depth_left_ == 0;
        if (is_too_deep_)
            return false;
        --depth_left_;
        const auto index = nodes_.size();
        add(kind, 1);
        nodes_.begin()[index].span = open_; // until it is closed
        open_ = index;
        is_complete_ = false;
        return true;
    }

    bool close()
    {
        auto& node = nodes_.begin()[open_];
        ++depth_left_;
        node.size = offset() - node.begin;
        const auto parent = node.span;
        node.span = nodes_.size() - open_;
        if (node.kind == json_kind::object)
            mark_repeated_names(begin_, node);
        open_ = parent;
        is_complete_ = true;
        return true;
    }

    bool add(json_kind kind, std::size_t size, bool has_escapes = false)
    {
        nodes_.add({offset(), static_cast<std::uint32_t>(size), 1, kind, has_escapes, false});
        at_ += size;
        return true;
    }

    /// Returns whether the text goes on after the blanks.
    bool skip_blanks() noexcept
    {
        while (at_ != end_ && *at_ <= ' ' && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t'))
            ++at_;
        return at_ != end_;
    }

    /// Consumes that character after blanks. Returns whether it was there.
    bool take(char expected) noexcept
    {
        const bool is_there = skip_blanks() && *at_ == expected;
        at_ += is_there ? 1 : 0;
        return is_there;
    }

    [[nodiscard]] std::string_view rest() const noexcept { return {at_, static_cast<std::size_t>(end_ - at_)}; }
    [[nodiscard]] std::uint32_t offset() const noexcept { return static_cast<std::uint32_t>(at_ - begin_); }

    const char *begin_, *at_, *end_;
    std::size_t depth_left_;
    json_nodes& nodes_;
    std::uint32_t open_ = nothing; ///< the innermost array or object that has not ended
    bool is_complete_ = false;     ///< whether a value has just ended
    bool is_too_deep_ = false;
};

} // namespace cojob::detail

#endif
