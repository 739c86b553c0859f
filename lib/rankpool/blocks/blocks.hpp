#pragma once

/// Operations on the blocks of datasets, run on an executor. Each returns a future at once.

#include <rankpool/blocks/block_options.hpp>
#include <rankpool/blocks/block_plan.hpp>
#include <rankpool/blocks/block_view.hpp>
#include <rankpool/blocks/boundary.hpp>
#include <rankpool/blocks/check.hpp>
#include <rankpool/blocks/copy.hpp>
#include <rankpool/blocks/difference.hpp>
#include <rankpool/blocks/downsample.hpp>
#include <rankpool/blocks/histogram.hpp>
#include <rankpool/blocks/map_blocks.hpp>
#include <rankpool/blocks/map_reduce.hpp>
#include <rankpool/blocks/reduce_axis.hpp>
#include <rankpool/blocks/select.hpp>
#include <rankpool/blocks/statistics.hpp>
