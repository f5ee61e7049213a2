// The labels of comparisons, in every language.
#pragma once

#include "common/util/language.h"
#include "controller/compare/comparison.h"

namespace wsload {

inline constexpr LocalText kCompareTitle{"wsload compare", "wsload 对比"};
inline constexpr LocalText kMetricLabel{"metric", "指标"};
inline constexpr LocalText kChangeLabel{"change", "变化"};
inline constexpr LocalText kIntervalLabel{"95 % interval", "95 % 区间"};
inline constexpr LocalText kPLabel{"p", "p 值"};
inline constexpr LocalText kAnswerLabel{"answer", "结论"};
inline constexpr LocalText kRemarksLabel{"Remarks", "说明"};
inline constexpr LocalText kRunsLabel{"Runs", "各次运行"};
inline constexpr LocalText kCurvesLabel{"Response time by percentile", "响应时间百分位曲线"};
inline constexpr LocalText kDotsLabel{"every run", "每次运行"};
/// Runs of A, runs of B, the change that matters, the seed.
inline constexpr LocalText kHeadline{"A: {} run(s), B: {} run(s); a change of {} matters; seed {}",
                                     "A：{} 次运行，B：{} 次运行；{} 的变化视为有意义；随机种子 {}"};
inline constexpr LocalText kHowToRead{
    "The change is B to A, of geometric means over the runs. p is the chance of a difference as large in any metric "
    "when "
    "nothing differs, by exact permutation of the runs. worse and better: p is at most 0.05 and the change matters; "
    "same: "
    "the whole interval is within what does not matter; undecided: neither.",
    "变化为 B 相对于 A，取各次运行的几何平均。p 为并无差别时任一指标偶然出现同样大差异的概率，由运行的精确置换得出。"
    "变差、变好：p 不大于 0.05 且变化有意义；相同：整个区间都在无意义的范围内；未定：两者都不是。"};
inline constexpr LocalText kOpenCurveHint{"thin: one run; thick: all runs of a side; A is solid, B is dashed",
                                          "细线：一次运行；粗线：一侧的全部运行；A 为实线，B 为虚线"};

constexpr LocalText AnswerLabel(Answer answer) {
  switch (answer) {
    case Answer::kWorse:
      return {"worse", "变差"};
    case Answer::kBetter:
      return {"better", "变好"};
    case Answer::kSame:
      return {"same", "相同"};
    case Answer::kUndecided:
      return {"undecided", "未定"};
    case Answer::kNotJudged:
      return {"not judged", "不判定"};
    case Answer::kNotCompared:
      return {"not compared", "不比较"};
  }
  return {};
}

}  // namespace wsload
