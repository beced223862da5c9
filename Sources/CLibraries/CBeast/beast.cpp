#include "cbeast.h"
