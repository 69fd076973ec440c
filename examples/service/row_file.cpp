// The file of rows: JSON, an object a line, appended to. A line that a kill has cut off is left out.

#include "row_file.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <iostream>
#include <string>
#include <system_error>
#include <unordered_map>
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

} // namespace

row_file::row_file(std::filesystem::path path, std::size_t most_rows) : rows_(read(path))
{
    for (auto row = rows_.begin(); row != rows_.end() && rows_.size() > most_rows;)
        row = row->ended != 0 ? rows_.erase(row) : row + 1;
    auto fresh = path;
    fresh += ".new";
    file_.open(fresh, std::ios::trunc);
    for (const auto& row : rows_)
        add(row);
    if (!file_)
        throw std::system_error(errno, std::generic_category(), fresh.string());
    std::filesystem::rename(fresh, path);
}

void row_file::add(const job_row& row)
{
    if (file_ << boost::json::serialize(to_json(row)) << std::endl)
        return;
    std::clog << "cannot write the file of rows: titles and links of the next start will be old" << std::endl;
    file_.clear();
}

} // namespace service
