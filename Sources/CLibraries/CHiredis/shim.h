#pragma once
#include <stddef.h>
#include <hiredis/read.h>
