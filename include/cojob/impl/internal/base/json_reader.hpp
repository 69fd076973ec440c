#ifndef COJOB_IMPL_INTERNAL_BASE_JSON_READER_HPP
#define COJOB_IMPL_INTERNAL_BASE_JSON_READER_HPP

#include <cojob/clock.hpp>
#include <cojob/detail/rfc3339.hpp>
#include <cojob/detail/text.hpp>
#include <cojob/error.hpp>
#include <cojob/impl/internal/base/decode_context.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace cojob::detail {

/// A place in a JSON document that knows how it was reached.
///
/// A decoder visits the members of an object and says of each whether it has understood it:
///
///     json.for_each_member([&](std::string_view name, const json_reader& member) {
///         if (name == "id")
///             return member.read_id(job.id);
///         if (name == "model")
///             return member.read(job.model);
///         return false;
///     });
///
/// What it has not is kept as an unknown member. `read` is lenient: null and a value of another type leave the target
/// as it is, and the latter is noted for the observer. What decides is strict: `member`, `as_…` and `fail` throw
/// api_error `invalid_response`, which names the place: `items[2].id: expected an id`. Only names the decoder asked for
/// get into the message: keys of maps are the server's and written `*`.
/// A decoder visits each member once, in the order of the text, so it can be driven without a tree. A reader points to
/// the one it came from, which therefore has to have a name.
class json_reader {
  public:
    explicit json_reader(const boost::json::value& root, decode_context* context = nullptr) noexcept
        : value_(&root), context_(context)
    {
    }

    /// Calls `visit(std::string_view name, const json_reader&) -> bool` for each member. Not an object: `false`.
    template <class Function>
    bool for_each_member(Function visit) const
    {
        const auto* const object = value_->if_object();
        if (!object)
            return refuse("expected an object");
        for (const auto& entry : *object) {
            const std::string_view name(entry.key().data(), entry.key().size());
            const json_reader reader(entry.value(), *this, name);
            if (!visit(name, reader))
                reader.keep();
        }
        return true;
    }

    /// The same for an object whose keys are data.
    template <class Function>
    bool for_each_entry(Function visit) const
    {
        const auto* const object = value_->if_object();
        if (!object)
            return is_null() || refuse("expected an object");
        for (const auto& entry : *object) {
            const std::string_view key(entry.key().data(), entry.key().size());
            json_reader reader(entry.value(), *this, key);
            reader.is_entry_ = true;
            if (!visit(key, std::as_const(reader)))
                reader.keep();
        }
        return true;
    }

    /// Calls `visit(const json_reader&) -> bool` for each element of an array.
    template <class Function>
    bool for_each_element(Function visit) const
    {
        const auto* const array = value_->if_array();
        if (!array)
            return is_null() || refuse("expected an array");
        std::size_t index = 0;
        for (const auto& element : *array) {
            const json_reader reader(element, *this, index++);
            if (!visit(reader))
                reader.keep();
        }
        return true;
    }

    /// A string, or an integer: its literal as it is written, since an id may have more digits than any number type.
    /// Only what can be asked for by a path is an id.
    bool read_id(std::string& to) const
    {
        if (const auto* const text = value_->if_string())
            to.assign(text->data(), text->size());
        else if (const auto* const number = value_->if_int64(); number && *number != 0)
            to = std::to_string(*number);
        else if (value_->is_number())
            to = literal();
        if (objection_to_segment(to) == nullptr)
            return true;
        to.clear();
        return refuse("expected an id");
    }

    /// A string that has to be there.
    bool read_present(std::string& to) const
    {
        const auto* const text = value_->if_string();
        if (!text)
            return refuse("expected a string");
        to.assign(text->data(), text->size());
        return true;
    }

    /// A flag that has to be there.
    bool read_present(bool& to) const
    {
        const auto* const flag = value_->if_bool();
        if (!flag)
            return refuse("expected true or false");
        to = *flag;
        return true;
    }

    bool read(std::string& to) const { return is_null() || read_present(to); }

    bool read(std::optional<std::string>& to) const
    {
        const auto* const text = value_->if_string();
        if (!text)
            return is_null() || refuse("expected a string");
        to.emplace(text->data(), text->size());
        return true;
    }

    bool read(std::optional<bool>& to) const
    {
        const auto* const flag = value_->if_bool();
        if (!flag)
            return is_null() || refuse("expected true or false");
        to = *flag;
        return true;
    }

    bool read(std::optional<std::int64_t>& to) const
    {
        to = whole_number();
        return to || is_null() || refuse("expected a whole number");
    }

    /// \param is_empty_none an empty string says that there is none
    bool read(std::optional<timestamp>& to, bool is_empty_none = false) const
    {
        if (const auto* const text = value_->if_string())
            to = text->empty() ? std::nullopt : parse_time({text->data(), text->size()});
        else if (const auto number = whole_number())
            to = time_of_number(*number);
        else if (const auto* const real = value_->if_double())
            to = time_of_number(*real);
        return to || is_null() || (is_empty_none && is_empty_string()) || refuse("expected a time");
    }

    /// A member that has to be there. `name` is a literal.
    [[nodiscard]] json_reader member(std::string_view name) const&
    {
        const auto* const object = value_->if_object();
        if (!object)
            fail("expected an object");
        const auto* const found = object->if_contains({name.data(), name.size()});
        const json_reader reader(found ? *found : *value_, *this, name);
        if (!found)
            reader.fail("missing");
        return reader;
    }
    json_reader member(std::string_view) const&& = delete;

    /// JSON has one kind of number, so `3.0` and `3e0` are whole numbers too.
    [[nodiscard]] std::int64_t as_int64() const
    {
        const auto number = whole_number();
        if (!number)
            fail("expected a whole number");
        return *number;
    }

    /// Whatever is there.
    [[nodiscard]] const boost::json::value& as_value() const noexcept { return *value_; }
    [[nodiscard]] bool is_null() const noexcept { return value_->is_null(); }
    [[nodiscard]] bool is_array() const noexcept { return value_->is_array(); }
    [[nodiscard]] bool is_empty_string() const noexcept { return value_->is_string() && value_->get_string().empty(); }

    /// Notes that the value is not what was expected. `why` is a literal, as of all that is noted.
    bool refuse(std::string_view why) const // NOLINT(modernize-use-nodiscard): it is noted as well
    {
        if (context_)
            context_->note(path(path_style::schema), why);
        return false;
    }

    /// Notes that a member is not there that the vendor's document shows.
    void note_missing(std::string_view name) const { json_reader(*value_, *this, name).refuse("missing"); }

    /// For what the kinds above do not say: `reader.fail("expected an id")`.
    [[noreturn]] void fail(std::string_view why) const
    {
        throw_error(
            error_info(errc::invalid_response, (parent_ ? path(path_style::place) : "body").append(": ").append(why)));
    }

    /// From here on, unknown members are those of one job, which is this value.
    void begin_job() const noexcept
    {
        if (!context_)
            return;
        (void)context_->unknown.take();
        context_->job = value_;
    }

    /// What was found in this job.
    [[nodiscard]] unknown_members end_job() const noexcept
    {
        if (!context_)
            return {};
        context_->job = nullptr;
        return context_->unknown.take();
    }

  private:
    enum class path_style {
        place,  ///< `responses.*.error`, `items[2].id`
        schema, ///< without indices: `items[].id`
        full    ///< with the keys of maps, from the job
    };

    json_reader(const boost::json::value& value, const json_reader& parent, std::string_view name) noexcept
        : value_(&value), context_(parent.context_), parent_(&parent), name_(name)
    {
    }
    json_reader(const boost::json::value& value, const json_reader& parent, std::size_t index) noexcept
        : value_(&value), context_(parent.context_), parent_(&parent), index_(index)
    {
    }

    /// How a number is written, if it is an integer.
    [[nodiscard]] std::string literal() const
    {
        const auto text = context_ ? context_->document.text_of(*value_) : std::string_view();
        return std::string(is_json_integer(text) ? text : std::string_view());
    }

    [[nodiscard]] std::optional<std::int64_t> whole_number() const noexcept
    {
        if (const auto* const number = value_->if_int64())
            return *number;
        constexpr double exact = 9007199254740992.0; // 2^53: up to here a double says which whole number was meant
        if (const auto* const number = value_->if_double(); number && *number >= -exact && *number <= exact)
            if (const auto whole = static_cast<std::int64_t>(*number); static_cast<double>(whole) == *number)
                return whole;
        return std::nullopt;
    }

    /// As an unknown member of the job that is being read.
    void keep() const
    {
        if (context_ && context_->job)
            context_->unknown.add(path(path_style::full), context_->document.text_of(*value_));
    }

    /// Empty for where it begins, which has no name when its members are spoken of.
    [[nodiscard]] std::string path(path_style style) const
    {
        if (!parent_ || (style == path_style::full && value_ == context_->job))
            return {};
        auto text = parent_->path(style);
        if (index_ && style == path_style::schema)
            return text.append("[]");
        if (index_)
            return (text.empty() ? "body" : text) + '[' + std::to_string(*index_) + ']';
        return (text.empty() ? text : text + '.').append(is_entry_ && style != path_style::full ? "*" : name_);
    }

    const boost::json::value* value_;
    decode_context* context_;
    const json_reader* parent_ = nullptr;
    std::string_view name_{};
    std::optional<std::size_t> index_{};
    bool is_entry_ = false;
};

} // namespace cojob::detail

#endif
