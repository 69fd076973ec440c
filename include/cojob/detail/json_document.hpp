#ifndef COJOB_DETAIL_JSON_DOCUMENT_HPP
#define COJOB_DETAIL_JSON_DOCUMENT_HPP

#include <cojob/detail/config.hpp>
#include <cojob/detail/json_cursor.hpp>

#include <boost/json/storage_ptr.hpp>
#include <boost/json/value.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// For .ipp files only: in separate compilation a user's file does not pay for Boost.JSON.
namespace cojob::detail {

/// Parses a complete JSON text in UTF-8, with nothing but blanks around it. Of members with the same name the last one
/// counts. Ignores a byte order mark, and replaces an unpaired escaped surrogate by U+FFFD: both are common in
/// responses that quote user input, and neither makes the rest unreadable. The value lives in `memory`: to keep a part
/// of it for longer, assign it, do not construct from it.
/// \param mended receives the text that was parsed, if it differs from the body
/// \throws api_error `invalid_response`
[[nodiscard]] COJOB_DECL boost::json::value parse_json(std::string_view body, std::size_t max_depth,
                                                       boost::json::storage_ptr memory = {},
                                                       std::string* mended = nullptr);

/// A JSON text and its tree. The tree has lost how a number was written, the text has not. `text_of` finds a value in
/// the text; the index for that is built at the first call, in one pass, because most responses do not need it.
class json_document {
  public:
    /// Keeps a view of the body. \throws api_error `invalid_response`
    json_document(std::string_view body, std::size_t max_depth, boost::json::storage_ptr memory)
        : body_(without_byte_order_mark(body)), root_(parse_json(body_, max_depth, std::move(memory), &mended_))
    {
    }
    json_document(const json_document&) = delete;
    json_document& operator=(const json_document&) = delete;
    ~json_document() = default;

    [[nodiscard]] const boost::json::value& root() const noexcept { return root_; }

    /// The text of a value of this document.
    [[nodiscard]] COJOB_DECL std::string_view text_of(const boost::json::value&) const;

  private:
    struct slice {
        const boost::json::value* value;
        std::string_view text;
    };

    COJOB_DECL void add(const boost::json::value&, json_cursor&) const;
    COJOB_DECL void add_members(const boost::json::value&, json_cursor&) const;
    COJOB_DECL void add_elements(const boost::json::value&, json_cursor&) const;

    std::string_view body_;
    std::string mended_; ///< the parsed text, if it differs from the body; otherwise empty
    boost::json::value root_;
    mutable std::vector<slice> slices_;
};

} // namespace cojob::detail

#ifndef COJOB_SEPARATE_COMPILATION
#include <cojob/impl/json_document.ipp>
#endif

#endif
