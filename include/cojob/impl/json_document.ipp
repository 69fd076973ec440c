#ifndef COJOB_IMPL_JSON_DOCUMENT_IPP
#define COJOB_IMPL_JSON_DOCUMENT_IPP

#include <cojob/detail/body.hpp>
#include <cojob/detail/json_cursor.hpp>
#include <cojob/detail/json_document.hpp>
#include <cojob/error.hpp>
#include <cojob/impl/internal/base/json_indexer.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <charconv>
#include <limits>
#include <system_error>
#include <utility>

namespace cojob::detail {

void json_nodes::grow()
{
    constexpr std::uint32_t factor = 2;
    auto more = std::make_unique_for_overwrite<json_node[]>(std::size_t{factor} * capacity_);
    std::copy(begin(), end(), more.get());
    more_ = std::move(more);
    begin_ = more_.get();
    capacity_ *= factor;
}

/// Throws why a text is not what it should be.
[[noreturn]] inline void throw_unparsable(std::string_view text, std::string_view why)
{
    const bool is_blank = text.find_first_not_of(" \t\r\n") == text.npos;
    throw_error(error_info(errc::invalid_response, std::string("body: ").append(is_blank ? "empty" : why)));
}

json_document::json_document(std::string_view body, std::size_t max_depth) : text_(without_byte_order_mark(body))
{
    // Then offsets and the number of nodes, each of which has a byte at least, fit.
    if (text_.size() > std::numeric_limits<std::int32_t>::max())
        throw_unparsable(text_, "longer than 2 GiB");
    json_indexer indexer(text_, max_depth, nodes_);
    bool is_valid = indexer.run(), is_too_deep = indexer.is_too_deep();
    if (!is_valid && !is_too_deep)
        if (auto readable = replace_lone_surrogates(text_)) {
            mended_ = std::move(*readable);
            text_ = mended_;
            nodes_.clear();
            json_indexer again(text_, max_depth, nodes_);
            is_valid = again.run();
            is_too_deep = again.is_too_deep();
        }
    if (is_too_deep)
        throw_unparsable(text_, "nested deeper than " + std::to_string(max_depth));
    if (!is_valid)
        throw_unparsable(text_, "not JSON");
}

void json_document::assign(std::string& to, const json_node& string) const
{
    if (!string.has_escapes) {
        to.assign(between_quotes(string));
        return;
    }
    to.clear();
    append_json_string(to, text_of(string));
}

std::optional<std::int64_t> json_document::to_int64(const json_node& number) const noexcept
{
    const auto token = text_of(number);
    std::int64_t value = 0;
    if (number.kind != json_kind::integer ||
        std::from_chars(token.data(), token.data() + token.size(), value).ec != std::errc())
        return std::nullopt;
    return value;
}

/// Boost.JSON decides what a number is that has a fraction, an exponent or too many digits for 64 bits.
inline boost::json::value parse_number(std::string_view token)
{
    // Boost.JSON reads a number less precisely near the end of its input.
    std::string padded(token);
    padded.append(64, ' ');
    error_code failed;
    auto number = boost::json::parse(padded, failed);
    if (failed)
        throw_unparsable(token, "not JSON");
    return number;
}

double json_document::to_double(const json_node& number) const
{
    return parse_number(text_of(number)).to_number<double>();
}

inline boost::json::array to_array(const json_document& document, const json_node& node)
{
    boost::json::array array;
    std::size_t size = 0;
    for (const auto* element = &node + 1; element != node.next(); element = element->next())
        ++size;
    array.reserve(size);
    for (const auto* element = &node + 1; element != node.next(); element = element->next())
        array.push_back(document.to_tree(*element));
    return array;
}

inline boost::json::object to_object(const json_document& document, const json_node& node)
{
    boost::json::object object;
    std::size_t size = 0;
    for (const auto* name = &node + 1; name != node.next(); name = name[1].next())
        ++size;
    object.reserve(size);
    for (json_members members(document, node); members.next();)
        object.emplace({members.name().data(), members.name().size()}, document.to_tree(members.value()));
    return object;
}

boost::json::value json_document::to_tree(const json_node& node) const
{
    std::string room;
    switch (node.kind) {
    case json_kind::null: break;
    case json_kind::boolean: return is_true(node);
    case json_kind::string: {
        const auto text = decoded(node, room);
        return boost::json::string(text.data(), text.size());
    }
    case json_kind::integer:
        if (const auto number = to_int64(node))
            return *number;
        [[fallthrough]];
    case json_kind::real: return parse_number(text_of(node));
    case json_kind::array: return to_array(*this, node);
    case json_kind::object: return to_object(*this, node);
    }
    return nullptr;
}

bool json_members::next()
{
    const auto* const end = object_->next();
    while (next_ != end) {
        const auto& name = *next_;
        value_ = &name + 1;
        next_ = value_->next();
        if (!name.is_replaced) {
            name_ = document_.decoded(name, room_);
            return true;
        }
    }
    return false;
}

boost::json::value parse_json(std::string_view body, std::size_t max_depth)
{
    const json_document document(body, max_depth);
    return document.to_tree(document.root());
}

} // namespace cojob::detail

#endif
