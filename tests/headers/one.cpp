#include "everything.hpp"

bool other_file_has_the_same_category(const boost::system::error_category&);

int main()
{
    return other_file_has_the_same_category(cojob::error_category()) ? 0 : 1;
}
