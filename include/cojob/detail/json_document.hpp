#ifndef COJOB_DETAIL_JSON_DOCUMENT_HPP
#define COJOB_DETAIL_JSON_DOCUMENT_HPP

#include <cojob/detail/config.hpp>

#include <boost/json/fwd.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

// For .ipp files only: a user's file does not pay for it.
namespace cojob::detail {

enum class json_kind : std::uint8_t {
    null,
    boolean,
    integer, ///< no fraction, no exponent
    real,
    string,
    array,
    object
};

/// A value, or the name of a member, in the index of a document. The nodes of an array are followed by those of its
/// elements; those of an object by the name of each member and the nodes of its value.
struct json_node {
    std::uint32_t begin, size; ///< its token in the text
    std::uint32_t span;        ///< the number of its nodes: itself and its parts
    json_kind kind;
    bool has_escapes; ///< of a string
    bool is_replaced; ///< of a name: a later member of the object has it too

    [[nodiscard]] const json_node* next() const noexcept { return this + span; }
};

/// The nodes of a document in the order of its text. Most responses need no allocation.
class json_nodes {
  public:
    json_nodes() = default;
    json_nodes(const json_nodes&) = delete;
    json_nodes& operator=(const json_nodes&) = delete;
    ~json_nodes() = default;

    [[nodiscard]] const json_node& front() const noexcept { return *begin_; }
    [[nodiscard]] json_node* begin() noexcept { return begin_; }
    [[nodiscard]] json_node* end() noexcept { return begin_ + size_; }
    [[nodiscard]] std::uint32_t size() const noexcept { return size_; }
    void clear() noexcept { size_ = 0; }
    void add(const json_node& node)
    {
        if (size_ == capacity_)
            grow();
        begin_[size_++] = node;
    }

  private:
    static constexpr std::uint32_t most_without_allocation = 128;

    COJOB_DECL void grow();

    std::uint32_t size_ = 0, capacity_ = most_without_allocation;
    std::array<json_node, most_without_allocation> first_;
    std::unique_ptr<json_node[]> more_;
    json_node* begin_ = first_.data();
};

/// A complete JSON text in UTF-8 with nothing but blanks around it, and an index of its values, which one pass over
/// the text builds without a tree and without recursion. Ignores a byte order mark, and replaces an unpaired escaped
/// surrogate by U+FFFD: both are common in responses that quote user input, and neither makes the rest unreadable.
class json_document {
  public:
    /// Keeps a view of the body. \throws api_error `invalid_response`
    COJOB_DECL json_document(std::string_view body, std::size_t max_depth);
    json_document(const json_document&) = delete;
    json_document& operator=(const json_document&) = delete;
    ~json_document() = default;

    [[nodiscard]] const json_node& root() const noexcept { return nodes_.front(); }

    /// How a value is written.
    [[nodiscard]] std::string_view text_of(const json_node& value) const noexcept
    {
        return {text_.data() + value.begin, value.size};
    }

    /// Decodes a string, or the name of a member.
    COJOB_DECL void assign(std::string& to, const json_node& string) const;

    /// The same without a copy, if it has no escapes. Otherwise `room` holds it.
    [[nodiscard]] std::string_view decoded(const json_node& string, std::string& room) const
    {
        if (!string.has_escapes)
            return between_quotes(string);
        assign(room, string);
        return room;
    }

    [[nodiscard]] bool is_true(const json_node& boolean) const noexcept { return text_[boolean.begin] == 't'; }

    /// The number if it is an integer of 64 bits.
    [[nodiscard]] COJOB_DECL std::optional<std::int64_t> to_int64(const json_node& number) const noexcept;

    /// The double that is nearest to a number.
    [[nodiscard]] COJOB_DECL double to_double(const json_node& number) const;

    /// The value as a tree. Recursive: the depth of the document is bounded.
    [[nodiscard]] COJOB_DECL boost::json::value to_tree(const json_node&) const;

  private:
    [[nodiscard]] std::string_view between_quotes(const json_node& string) const noexcept
    {
        return {text_.data() + string.begin + 1, string.size - 2};
    }

    std::string_view text_;
    std::string mended_; ///< the text, if it differs from the body; otherwise empty
    json_nodes nodes_;
};

/// The name of a member, which decoders compare with many literals: the size first, and then a few bytes at once.
class json_name {
  public:
    explicit json_name(std::string_view text) noexcept : text_(text) {}

    [[nodiscard]] std::string_view text() const noexcept { return text_; }

    template <std::size_t Size>
    [[nodiscard]] friend bool operator==(json_name name, const char (&literal)[Size]) noexcept
    {
        return name.text_.size() == Size - 1 && std::memcmp(name.text_.data(), literal, Size - 1) == 0;
    }

  private:
    std::string_view text_;
};

/// Visits the members of an object. Of those with the same name only the last one counts.
class json_members {
  public:
    json_members(const json_document& document, const json_node& object) noexcept
        : document_(document), object_(&object), next_(&object + 1)
    {
    }

    /// Proceeds to the first or next member; false: there is none.
    COJOB_DECL bool next();

    /// Valid until the next call of `next`.
    [[nodiscard]] std::string_view name() const noexcept { return name_; }
    [[nodiscard]] const json_node& value() const noexcept { return *value_; }

  private:
    const json_document& document_;
    const json_node *object_, *next_, *value_ = nullptr;
    std::string_view name_{};
    std::string room_{};
};

/// Parses a JSON text as `json_document` does, to a tree. \throws api_error `invalid_response`
[[nodiscard]] COJOB_DECL boost::json::value parse_json(std::string_view body, std::size_t max_depth);

} // namespace cojob::detail

#ifndef COJOB_SEPARATE_COMPILATION
#include <cojob/impl/json_document.ipp>
#endif

#endif
