// For the edges that speak gRPC.
#pragma once

#include <grpcpp/grpcpp.h>

#include "common/pch/control.h"
#include "wsload/v1/control.grpc.pb.h"
