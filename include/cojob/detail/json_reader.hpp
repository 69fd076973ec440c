#ifndef COJOB_DETAIL_JSON_READER_HPP
#define COJOB_DETAIL_JSON_READER_HPP

#include <cojob/clock.hpp>
#include <cojob/detail/rfc3339.hpp>
#include <cojob/error.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

// For .ipp files only: in separate compilation a user's file does not pay for Boost.JSON.
namespace cojob::detail {

/// A whole JSON text in UTF-8 with nothing but blanks around it. Of members with one name the last one counts. It lives
/// in `memory`: what is to outlive that is assigned, not constructed, from a part of it.
/// \throws api_error `invalid_response`
[[nodiscard]] inline boost::json::value parse_json(std::string_view body, std::size_t max_depth,
                                                   boost::json::storage_ptr memory = {})
{
    boost::json::parse_options options;
    options.max_depth = max_depth;
    error_code failed;
    auto value = boost::json::parse({body.data(), body.size()}, failed, std::move(memory), options);
    if (!failed)
        return value;
    if (body.find_first_not_of(" \t\r\n") == body.npos)
        throw_error(error_info(errc::invalid_response, "body: empty"));
    if (failed == boost::json::error::too_deep)
        throw_error(error_info(errc::invalid_response, "body: nested deeper than " + std::to_string(max_depth)));
    throw_error(error_info(errc::invalid_response, "body: not JSON"));
}

/// A place in a JSON document that knows how it was reached, so that what does not fit is reported as
/// `todos[2].id: expected a string` (api_error `invalid_response`). Only names the caller asked for get into the
/// message: keys of maps are the server's and written `*`.
///
///     const json_reader source = root.member("source");
///     job.source.repository = source.member("repository").as_string();
///     job.source.ref = source.optional_string("ref");
///
/// A reader points to the one it came from, which therefore has to have a name.
class json_reader {
  public:
    explicit json_reader(const boost::json::value& root) noexcept : value_(&root) {}

    /// A member that has to be there. `name` is a literal.
    [[nodiscard]] json_reader member(std::string_view name) const&
    {
        const auto* const found = find(name);
        const json_reader reader(found ? *found : *value_, *this, name);
        if (!found)
            reader.fail("missing");
        return reader;
    }

    /// A member that may be absent or null.
    [[nodiscard]] std::optional<json_reader> optional_member(std::string_view name) const&
    {
        const auto* const found = find(name);
        if (!found || found->is_null())
            return std::nullopt;
        return json_reader(*found, *this, name);
    }

    json_reader member(std::string_view) const&& = delete;
    std::optional<json_reader> optional_member(std::string_view) const&& = delete;

    [[nodiscard]] std::string as_string() const
    {
        const auto* const text = value_->if_string();
        if (!text)
            fail("expected a string");
        return {text->data(), text->size()};
    }

    [[nodiscard]] bool as_bool() const
    {
        const auto* const flag = value_->if_bool();
        if (!flag)
            fail("expected true or false");
        return *flag;
    }

    /// JSON has one kind of number, so `3.0` and `3e0` are whole numbers too.
    [[nodiscard]] std::int64_t as_int64() const
    {
        if (const auto* const number = value_->if_int64())
            return *number;
        constexpr double exact = 9007199254740992.0; // 2^53: up to here a double says which whole number was meant
        if (const auto* const number = value_->if_double(); number && *number >= -exact && *number <= exact)
            if (const auto whole = static_cast<std::int64_t>(*number); static_cast<double>(whole) == *number)
                return whole;
        fail("expected a whole number");
    }

    [[nodiscard]] timestamp as_timestamp() const
    {
        const auto* const text = value_->if_string();
        const auto time = text ? parse_rfc3339({text->data(), text->size()}) : std::nullopt;
        if (!time)
            fail("expected an RFC 3339 time");
        return *time;
    }

    [[nodiscard]] const boost::json::object& as_object() const
    {
        const auto* const object = value_->if_object();
        if (!object)
            fail("expected an object");
        return *object;
    }

    [[nodiscard]] const boost::json::array& as_array() const
    {
        const auto* const array = value_->if_array();
        if (!array)
            fail("expected an array");
        return *array;
    }

    /// Whatever is there.
    [[nodiscard]] const boost::json::value& as_value() const noexcept { return *value_; }

    [[nodiscard]] std::optional<std::string> optional_string(std::string_view name) const
    {
        const auto reader = optional_member(name);
        return reader ? std::optional(reader->as_string()) : std::nullopt;
    }

    [[nodiscard]] std::optional<bool> optional_bool(std::string_view name) const
    {
        const auto reader = optional_member(name);
        return reader ? std::optional(reader->as_bool()) : std::nullopt;
    }

    [[nodiscard]] std::optional<std::int64_t> optional_int64(std::string_view name) const
    {
        const auto reader = optional_member(name);
        return reader ? std::optional(reader->as_int64()) : std::nullopt;
    }

    [[nodiscard]] std::optional<timestamp> optional_timestamp(std::string_view name) const
    {
        const auto reader = optional_member(name);
        return reader ? std::optional(reader->as_timestamp()) : std::nullopt;
    }

    /// Calls `visit(const json_reader&)` for each element of an array.
    template <class Function>
    void for_each_element(Function visit) const
    {
        std::size_t index = 0;
        for (const auto& element : as_array()) {
            const json_reader reader(element, *this, index++);
            visit(reader);
        }
    }

    /// Calls `visit(std::string_view key, const json_reader&)` for each entry of an object whose keys are data.
    template <class Function>
    void for_each_entry(Function visit) const
    {
        for (const auto& entry : as_object()) {
            const json_reader reader(entry.value(), *this, "*");
            visit(std::string_view(entry.key().data(), entry.key().size()), reader);
        }
    }

    /// For what the kinds above do not say: `reader.fail("expected an id")`.
    [[noreturn]] void fail(std::string_view why) const
    {
        throw_error(error_info(errc::invalid_response, (parent_ ? path() : "body").append(": ").append(why)));
    }

  private:
    json_reader(const boost::json::value& value, const json_reader& parent, std::string_view name) noexcept
        : value_(&value), parent_(&parent), name_(name)
    {
    }
    json_reader(const boost::json::value& value, const json_reader& parent, std::size_t index) noexcept
        : value_(&value), parent_(&parent), index_(index)
    {
    }

    [[nodiscard]] const boost::json::value* find(std::string_view name) const
    {
        return as_object().if_contains({name.data(), name.size()});
    }

    /// Empty for the root, which has no name when its members are spoken of.
    [[nodiscard]] std::string path() const
    {
        if (!parent_)
            return {};
        auto text = parent_->path();
        if (index_)
            return (text.empty() ? "body" : text) + '[' + std::to_string(*index_) + ']';
        return (text.empty() ? text : text + '.').append(name_);
    }

    const boost::json::value* value_;
    const json_reader* parent_ = nullptr;
    std::string_view name_{};
    std::optional<std::size_t> index_{};
};

} // namespace cojob::detail

#endif
