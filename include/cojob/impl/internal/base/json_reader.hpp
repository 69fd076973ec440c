#ifndef COJOB_IMPL_INTERNAL_BASE_JSON_READER_HPP
#define COJOB_IMPL_INTERNAL_BASE_JSON_READER_HPP

#include <cojob/clock.hpp>
#include <cojob/detail/rfc3339.hpp>
#include <cojob/detail/text.hpp>
#include <cojob/error.hpp>
#include <cojob/impl/internal/base/decode_context.hpp>

#include <boost/json/value.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace cojob::detail {

/// A value of a JSON document that knows how it was reached.
///
/// A decoder visits the members of an object and says of each whether it has understood it:
///
///     json.for_each_member([&](json_name name, const json_reader& member) {
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
/// A decoder visits each member once, in the order of the text; of those with the same name the last one. A reader
/// points to the one it came from, which therefore has to have a name.
class json_reader {
  public:
    /// The whole document.
    explicit json_reader(decode_context& context) noexcept : value_(&context.document.root()), context_(&context) {}

    /// Calls `visit(json_name, const json_reader&) -> bool` for each member. Not an object: `false`.
    template <class Function>
    bool for_each_member(Function visit) const
    {
        if (!is_object())
            return refuse("expected an object");
        for (json_members members(document(), *value_); members.next();) {
            const json_reader reader(members.value(), *this, members.name());
            if (!visit(json_name(members.name()), reader))
                reader.keep();
        }
        return true;
    }

    /// The same for an object whose names are data: `visit(std::string_view, const json_reader&)`.
    template <class Function>
    bool for_each_entry(Function visit) const
    {
        if (!is_object())
            return is_null() || refuse("expected an object");
        for (json_members members(document(), *value_); members.next();) {
            json_reader reader(members.value(), *this, members.name());
            reader.is_entry_ = true;
            if (!visit(members.name(), std::as_const(reader)))
                reader.keep();
        }
        return true;
    }

    /// Calls `visit(const json_reader&) -> bool` for each element of an array.
    template <class Function>
    bool for_each_element(Function visit) const
    {
        if (!is_array())
            return is_null() || refuse("expected an array");
        std::size_t index = 0;
        for (const auto* element = value_ + 1; element != value_->next(); element = element->next()) {
            const json_reader reader(*element, *this, index++);
            if (!visit(reader))
                reader.keep();
        }
        return true;
    }

    /// A string, or an integer: its literal as it is written, since an id may have more digits than any number type.
    /// Only what can be asked for by a path is an id.
    bool read_id(std::string& to) const
    {
        if (is_string())
            document().assign(to, *value_);
        else if (value_->kind == json_kind::integer)
            to = document().text_of(*value_);
        if (objection_to_segment(to) == nullptr)
            return true;
        to.clear();
        return refuse("expected an id");
    }

    /// A string that has to be there.
    bool read_present(std::string& to) const
    {
        if (!is_string())
            return refuse("expected a string");
        document().assign(to, *value_);
        return true;
    }

    /// A flag that has to be there.
    bool read_present(bool& to) const
    {
        if (value_->kind != json_kind::boolean)
            return refuse("expected true or false");
        to = document().is_true(*value_);
        return true;
    }

    bool read(std::string& to) const { return is_null() || read_present(to); }

    bool read(std::optional<std::string>& to) const
    {
        if (is_null())
            return true;
        return is_string() ? read_present(to.emplace()) : refuse("expected a string");
    }

    bool read(std::optional<bool>& to) const
    {
        if (is_null())
            return true;
        return value_->kind == json_kind::boolean ? read_present(to.emplace()) : refuse("expected true or false");
    }

    bool read(std::optional<std::int64_t>& to) const
    {
        to = whole_number();
        return to || is_null() || refuse("expected a whole number");
    }

    bool read(std::optional<double>& to) const
    {
        if (value_->kind != json_kind::integer && value_->kind != json_kind::real)
            return is_null() || refuse("expected a number");
        to = document().to_double(*value_);
        return true;
    }

    /// \param is_empty_none an empty string says that there is none
    bool read(std::optional<timestamp>& to, bool is_empty_none = false) const
    {
        if (std::string room; is_string())
            to = parse_time(document().decoded(*value_, room));
        else if (const auto number = whole_number())
            to = time_of_number(*number);
        else if (value_->kind == json_kind::real)
            to = time_of_number(document().to_double(*value_));
        return to || is_null() || (is_empty_none && is_empty_string()) || refuse("expected a time");
    }

    /// A member that has to be there. `name` is a literal.
    [[nodiscard]] json_reader member(std::string_view name) const&
    {
        if (!is_object())
            fail("expected an object");
        for (json_members members(document(), *value_); members.next();)
            if (members.name() == name)
                return json_reader(members.value(), *this, name);
        json_reader(*value_, *this, name).fail("missing");
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
    [[nodiscard]] boost::json::value as_value() const { return document().to_tree(*value_); }
    [[nodiscard]] bool is_null() const noexcept { return value_->kind == json_kind::null; }
    [[nodiscard]] bool is_array() const noexcept { return value_->kind == json_kind::array; }
    [[nodiscard]] bool is_object() const noexcept { return value_->kind == json_kind::object; }
    [[nodiscard]] bool is_empty_string() const noexcept { return is_string() && document().text_of(*value_) == "\"\""; }

    /// Notes that the value is not what was expected. `why` is a literal, as of all that is noted.
    bool refuse(std::string_view why) const // NOLINT(modernize-use-nodiscard): it is noted as well
    {
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
        (void)context_->unknown.take();
        context_->job = value_;
    }

    /// What was found in this job.
    [[nodiscard]] unknown_members end_job() const noexcept
    {
        context_->job = nullptr;
        return context_->unknown.take();
    }

  private:
    enum class path_style {
        place,  ///< `responses.*.error`, `items[2].id`
        schema, ///< without indices: `items[].id`
        full    ///< with the keys of maps, from the job
    };

    json_reader(const json_node& value, const json_reader& parent, std::string_view name) noexcept
        : value_(&value), context_(parent.context_), parent_(&parent), name_(name)
    {
    }
    json_reader(const json_node& value, const json_reader& parent, std::size_t index) noexcept
        : value_(&value), context_(parent.context_), parent_(&parent), index_(index)
    {
    }

    [[nodiscard]] const json_document& document() const noexcept { return context_->document; }
    [[nodiscard]] bool is_string() const noexcept { return value_->kind == json_kind::string; }

    [[nodiscard]] std::optional<std::int64_t> whole_number() const
    {
        if (value_->kind != json_kind::real)
            return document().to_int64(*value_);
        constexpr double exact = 9007199254740992.0; // 2^53: up to here a double says which whole number was meant
        if (const auto number = document().to_double(*value_); number >= -exact && number <= exact)
            if (const auto whole = static_cast<std::int64_t>(number); static_cast<double>(whole) == number)
                return whole;
        return std::nullopt;
    }

    /// Keeps an unknown member of the job that is being read. A server chooses the names of a map: without a limit, a
    /// long name would be copied for each member below it.
    void keep() const
    {
        if (!context_->job)
            return;
        auto& unknown = context_->unknown;
        constexpr std::size_t usual = 256;
        if (path_size() > (unknown.is_cut() ? usual : unknown_collector::most))
            unknown.cut();
        else
            unknown.add(path(path_style::full), document().text_of(*value_));
    }

    /// At most the size of the full path.
    [[nodiscard]] std::size_t path_size() const noexcept
    {
        std::size_t size = 0;
        for (const auto* at = this; at->parent_ && at->value_ != context_->job; at = at->parent_)
            size += at->name_.size();
        return size;
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

    const json_node* value_;
    decode_context* context_;
    const json_reader* parent_ = nullptr;
    std::string_view name_{};
    std::optional<std::size_t> index_{};
    bool is_entry_ = false;
};

} // namespace cojob::detail

#endif
