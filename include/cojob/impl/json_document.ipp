#ifndef COJOB_IMPL_JSON_DOCUMENT_IPP
#define COJOB_IMPL_JSON_DOCUMENT_IPP

#include <cojob/detail/body.hpp>
#include <cojob/detail/json_document.hpp>
#include <cojob/error.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <functional>
#include <utility>

namespace cojob::detail {

boost::json::value parse_json(std::string_view body, std::size_t max_depth, boost::json::storage_ptr memory,
                              std::string* mended)
{
    boost::json::parse_options options;
    options.max_depth = max_depth;
    error_code failed;
    const auto text = without_byte_order_mark(body);
    auto value = boost::json::parse({text.data(), text.size()}, failed, memory, options);
    if (!failed)
        return value;
    if (failed != boost::json::error::too_deep)
        if (auto readable = replace_lone_surrogates(text)) {
            value = boost::json::parse(*readable, failed, memory, options);
            if (!failed && mended)
                *mended = std::move(*readable);
            if (!failed)
                return value;
        }
    if (text.find_first_not_of(" \t\r\n") == text.npos)
        throw_error(error_info(errc::invalid_response, "body: empty"));
    if (failed == boost::json::error::too_deep)
        throw_error(error_info(errc::invalid_response, "body: nested deeper than " + std::to_string(max_depth)));
    throw_error(error_info(errc::invalid_response, "body: not JSON"));
}

std::string_view json_document::text_of(const boost::json::value& value) const
{
    const auto is_before = [](const slice& s, const boost::json::value* v) { return std::less<>()(s.value, v); };
    if (slices_.empty()) {
        slices_.reserve(64); // more than most jobs have values
        json_cursor at(mended_.empty() ? body_ : std::string_view(mended_));
        add(root_, at);
        // If several members have the same name, the tree contains the last one. It sorts last among the slices of its
        // value.
        const auto comes_before = [](const slice& a, const slice& b) {
            return a.value == b.value ? a.text.data() < b.text.data() : std::less<>()(a.value, b.value);
        };
        std::make_heap(slices_.begin(), slices_.end(), comes_before);
        std::sort_heap(slices_.begin(), slices_.end(), comes_before);
    }
    auto found = std::lower_bound(slices_.begin(), slices_.end(), &value, is_before);
    std::string_view text;
    for (; found != slices_.end() && found->value == &value; ++found)
        text = found->text;
    return text;
}

/// Adds slices for the value and its parts. The text may be that of an earlier member with the same name but another
/// kind: then its parts are skipped.
void json_document::add(const boost::json::value& value, json_cursor& at) const
{
    const auto begin = at.position();
    if (value.is_object() && at.take('{'))
        add_members(value, at);
    else if (value.is_array() && at.take('['))
        add_elements(value, at);
    else
        (void)at.take_value();
    slices_.push_back({&value, at.since(begin)});
}

void json_document::add_members(const boost::json::value& object, json_cursor& at) const
{
    while (const auto key = at.take_key()) {
        const auto name = decode_json_string(*key);
        if (const auto* const member = name ? object.get_object().if_contains(*name) : nullptr)
            add(*member, at);
        else
            (void)at.take_value();
        if (!at.take(','))
            break;
    }
    (void)at.take('}');
}

void json_document::add_elements(const boost::json::value& array, json_cursor& at) const
{
    const auto& elements = array.get_array();
    for (std::size_t i = 0; !at.take(']'); ++i) {
        if (i < elements.size())
            add(elements[i], at);
        else if (!at.take_value())
            break;
        (void)at.take(',');
    }
}

} // namespace cojob::detail

#endif
