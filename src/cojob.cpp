#include <cojob/src.hpp>
