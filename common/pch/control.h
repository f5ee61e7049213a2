// For what knows the control plane's messages.
#pragma once

#include "common/pch/base.h"
#include "wsload/v1/control.pb.h"
