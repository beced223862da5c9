#pragma once
#include "loop.h"
#include "process.h"
