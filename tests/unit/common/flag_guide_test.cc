#include "common/flags/flag_guide.h"

#include <gtest/gtest.h>

#include "common/flags/program_guide.h"

namespace wsload {
namespace {

FlagSpec Spec() {
  FlagSpec spec{.name = "colour", .default_text = "red", .options = {.help = {"a [b]: it's", "颜色"}}};
  spec.values = "red blue";
  return spec;
}

std::string Of(const FlagSpec& spec, GuideForm form) { return GuideOfFlag(spec, form, "program", Language::kEnglish); }

TEST(FlagGuide, BashHasFlagsAndTheirValues) {
  EXPECT_EQ(Of(Spec(), GuideForm::kBash),
            "      flags+=\" -colour=\"\n      [[ $flag == colour ]] && values='red blue'\n");
  EXPECT_EQ(Of({.name = "quiet", .form = FlagSpec::Form::kSwitch}, GuideForm::kBash), "      flags+=\" -quiet\"\n");
}

TEST(FlagGuide, NoHelpEndsAShellsTextBeforeItsTime) {
  EXPECT_EQ(Of(Spec(), GuideForm::kZsh),
            "        '-colour=-[a \\[b\\]\\: it'\\''s (default red)]:value:(red blue)' \\\n");
  EXPECT_EQ(Of(Spec(), GuideForm::kFish),
            "complete -c program -n \"$when\" -o colour -r -f -a 'red blue' -d 'a [b]: it\\'s (default red)'\n");
  FlagSpec list{.name = "header", .form = FlagSpec::Form::kList};
  EXPECT_EQ(Of(list, GuideForm::kZsh), "        '*-header=-[ (repeatable)]:value:_files' \\\n");
}

TEST(FlagGuide, NoHelpIsACommandOfRoff) {
  EXPECT_EQ(Roff("-a\\b\n.TH x\n'y"), "\\-a\\eb\n\\&.TH x\n\\&'y");
  EXPECT_EQ(Of(Spec(), GuideForm::kMan), ".TP\n.B \\-colour=\\fIred|blue\\fR\na [b]: it's (default red)\n");
  EXPECT_EQ(GuideOfFlag(Spec(), GuideForm::kMan, "program", Language::kChinese),
            ".TP\n.B \\-colour=\\fIred|blue\\fR\n颜色（默认 red）\n");
}

TEST(FlagGuide, LinesOfAPageEndWhereSentencesDo) {
  EXPECT_EQ(GuideHead(GuideForm::kMan, {"One.\nTwo\nthree.", "一。\n二"}, Language::kEnglish),
            "One.\n.br\nTwo\nthree.\n");
  EXPECT_EQ(GuideHead(GuideForm::kMan, {"One.", "一。\n二"}, Language::kChinese), "一。\n.br\n二\n");
}

TEST(FlagGuide, OtherWordsAreNotItsBusiness) {
  const GuidedProgram program{.name = "program"};
  EXPECT_FALSE(AnswerGuide(program, {}).has_value());
  EXPECT_FALSE(AnswerGuide(program, {"run", "completion"}).has_value());
  EXPECT_FALSE(AnswerGuide(program, {"-completion"}).has_value());
}

}  // namespace
}  // namespace wsload
