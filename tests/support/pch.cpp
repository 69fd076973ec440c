// A source that uses the precompiled header: main.cpp may not.
#include "support/pch.hpp"
