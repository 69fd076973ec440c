// Any other file of the program.
#define COJOB_NO_JSON_SOURCE
#include "cojob.hpp"

#include <boost/json/serialize.hpp>

#include <string>

std::string result_of(const cojob::osapi::job& job)
{
    return boost::json::serialize(job.result);
}

bool other_file_has_the_same_category(const boost::system::error_category& category)
{
    return &category == &cojob::error_category();
}
