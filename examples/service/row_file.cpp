// The file of rows: JSON, an object a line, appended to. A line that a kill has cut off is left out.

#include "row_file.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <cerrno>
#include <iostream>
#include <string>
#include <string_view>
#include <system_error>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace service {

namespace {

std::vector<job_row> read(const std::filesystem::path& path)
{
    std::vector<job_row> rows;
    std::unordered_map<std::string, std::size_t> places;
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
        boost::system::error_code failure;
        auto row = row_from(boost::json::parse(line, failure));
        if (failure || !row)
            continue;
        const auto [place, is_new] = places.emplace(row->key, rows.size());
        if (is_new)
            rows.push_back(std::move(*row));
        else
            rows[place->second] = std::move(*row);
    }
    return rows;
}

std::string line_of(const job_row& row)
{
    return boost::json::serialize(to_json(row)) + '\n';
}

/// Writes a new file and puts it in the place of the old one. \throws std::system_error and leaves the old one alone
std::ofstream replaced(const std::filesystem::path& path, const std::string& text)
{
    auto fresh = path;
    fresh += ".new";
    std::ofstream file(fresh, std::ios::trunc);
    if (!(file << text << std::flush))
        throw std::system_error(errno, std::generic_category(), fresh.string());
    std::filesystem::rename(fresh, path);
    return file;
}

} // namespace

row_file::row_file(std::filesystem::path path, std::size_t most_rows)
    : path_(std::move(path)), most_rows_(most_rows), rows_(read(path_))
{
    for (auto row = rows_.begin(); row != rows_.end() && rows_.size() > most_rows;)
        row = row->ended != 0 ? rows_.erase(row) : row + 1;
    std::string text;
    for (const auto& row : rows_)
        text += line_of(row);
    file_ = replaced(path_, text);
    lines_ = rows_.size();
}

void row_file::add(const job_row& row)
{
    ++lines_;
    if (file_ << line_of(row) << std::flush)
        return;
    std::clog << "cannot write the file of rows: titles and links of the next start will be old" << std::endl;
    file_.clear();
}

void row_file::replace(const std::vector<std::shared_ptr<job_row>>& rows)
{
    std::string text;
    std::unordered_set<std::string_view> keys;
    for (const auto& row : rows)
        keys.insert(row->key);
    for (const auto& row : read(path_))
        if (row.ended == 0 && !keys.contains(row.key))
            text += line_of(row);
    for (const auto& row : rows)
        text += line_of(*row);
    lines_ = rows.size(); // also after a failure: it is tried again after as many lines
    try {
        file_ = replaced(path_, text);
    } catch (const std::system_error& failure) {
        std::clog << "cannot write the file of rows anew: " << failure.what() << std::endl;
    }
}

} // namespace service
