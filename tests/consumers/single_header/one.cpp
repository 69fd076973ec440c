// The file of the program that has the source of Boost.JSON.
#include "cojob.hpp"

#include <iostream>
#include <string>

std::string result_of(const cojob::osapi::job&);
bool other_file_has_the_same_category(const boost::system::error_category&);

int main()
{
    cojob::osapi::job job;
    job.result = {{"changed", true}};
    const auto text = result_of(job);
    std::cout << text << '\n';
    return text == R"({"changed":true})" && other_file_has_the_same_category(cojob::error_category()) ? 0 : 1;
}
