// Gives the precompiled header a source that uses it: main.cpp may not.
#include "support/pch.hpp"
