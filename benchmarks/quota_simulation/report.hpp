#ifndef BENCHMARKS_QUOTA_SIMULATION_REPORT_HPP
#define BENCHMARKS_QUOTA_SIMULATION_REPORT_HPP

#include "world.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace simulation {

inline std::string title(rule r)
{
    return r == rule::rolling_hour ? "A server that allows 100 in any 60 minutes"
                                   : "A server that allows 100 from one full hour to the next";
}

inline std::string fixed(double value, int decimals)
{
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
    return text.data();
}

/// As Markdown.
inline std::string table(const std::vector<outcome>& outcomes)
{
    std::ostringstream out;
    out << "| callers | requests | 429s | jobs done | end noticed after, median / p95 | creation waited, median / p95 "
           "|\n"
           "|---|---:|---:|---:|---:|---:|\n";
    for (const auto& o : outcomes)
        out << "| " << o.name << " | " << o.requests << " | " << o.refusals << " | " << o.done << " | "
            << fixed(quantile(o.lateness, 0.5), 1) << " s / " << fixed(quantile(o.lateness, 0.95), 1) << " s | "
            << fixed(quantile(o.waits, 0.5), 1) << " s / " << fixed(quantile(o.waits, 0.95) / 60, 1) << " min |\n";
    return out.str();
}

/// Points of a line: hours, and what is drawn above them.
using points = std::vector<std::pair<double, double>>;

/// By the hour of the day.
inline points by_hour(const std::array<double, 24>& counts, double divisor)
{
    points line;
    for (std::size_t h = 0; h < counts.size(); ++h)
        line.emplace_back(static_cast<double>(h) + 0.5, counts[h] / divisor);
    return line;
}

/// How many percent of all wanted creations were made within so many hours. What was not made that day counts as
/// wanted.
inline points made_within(const outcome& o, double most)
{
    points line;
    for (double h = 0; h <= most; h += 0.25) {
        const auto made = std::count_if(o.waits.begin(), o.waits.end(), [h](double w) { return w <= h * hour; });
        line.emplace_back(h, 100 * static_cast<double>(made) / static_cast<double>(o.wanted));
    }
    return line;
}

/// Three panels, a line in each for each way. All axes are linear: what a logarithm makes look alike differs by a
/// factor of sixty.
class plotter {
  public:
    static constexpr double width = 720, panel = 150, left = 60, gap = 44, top = 70;

    /// \param unit what is drawn of the counts in each hour of the day, and what they are divided by for that
    plotter(std::string unit, double divisor) : unit_(std::move(unit)), divisor_(divisor) {}

    std::string draw(const std::vector<outcome>& outcomes, const std::string& title)
    {
        out_ << "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " << width << ' ' << top + 3 * (panel + gap)
             << "\" font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" "
                "fill=\"#fff\"/>\n";
        text(left, 20, title, "font-size=\"15\" font-weight=\"bold\"");
        for (double x = left, i = 0; const auto& o : outcomes) {
            out_ << "<rect x=\"" << x << "\" y=\"30\" width=\"14\" height=\"4\" fill=\""
                 << color(static_cast<std::size_t>(i++)) << "\"/>\n";
            text(x + 18, 36, o.name);
            x += 48 + 7 * static_cast<double>(o.name.size());
        }
        const auto lines = [&](auto of) {
            std::vector<points> all;
            for (const auto& o : outcomes)
                all.push_back(of(o));
            return all;
        };
        draw_panel(0, unit_ + "requests in an hour, over the day", 24, 0,
                   lines([this](const outcome& o) { return by_hour(o.sent, divisor_); }));
        draw_panel(1, unit_ + "429 responses in an hour, over the day", 24, 0,
                   lines([this](const outcome& o) { return by_hour(o.refused, divisor_); }));
        constexpr double longest = 16;
        draw_panel(2, "percent of the wanted jobs that were created within so many hours", longest, 100,
                   lines([](const outcome& o) { return made_within(o, longest); }));
        out_ << "</svg>\n";
        return out_.str();
    }

  private:
    static const char* color(std::size_t i)
    {
        static constexpr const char* colors[] = {"#c0392b", "#d68910", "#2874a6", "#1e8449", "#8e44ad"};
        return colors[i % 5];
    }

    void text(double x, double y, const std::string& words, const std::string& more = {})
    {
        out_ << "<text x=\"" << fixed(x, 1) << "\" y=\"" << fixed(y, 1) << "\" " << more << '>' << words << "</text>\n";
    }

    /// The distance of some four ticks below this value: 1, 2 or 5 times a power of ten.
    static double tick_of(double most)
    {
        const auto decade = std::pow(10, std::floor(std::log10(most / 4)));
        const auto rest = most / 4 / decade;
        return decade * (rest < 2 ? 1 : rest < 5 ? 2 : 5);
    }

    void draw_panel(int n, const std::string& words, double hours, double most, const std::vector<points>& lines)
    {
        const auto y0 = top + n * (panel + gap) + panel, right = width - 20;
        const auto x_of = [&](double h) { return left + (right - left) * h / hours; };
        for (const auto& line : lines)
            for (const auto& [h, value] : line)
                most = std::max(most, value);
        text(left, y0 - panel - 6, words);
        const auto tick = tick_of(most);
        for (double value = 0; value <= most; value += tick) {
            const auto y = y0 - panel * value / most;
            out_ << "<line x1=\"" << left << "\" x2=\"" << right << "\" y1=\"" << fixed(y, 1) << "\" y2=\""
                 << fixed(y, 1) << "\" stroke=\"" << (value == 0 ? "#555" : "#ddd") << "\"/>\n";
            text(left - 6, y + 4, fixed(value, tick < 1 ? 1 : 0), "text-anchor=\"end\" fill=\"#555\"");
        }
        for (double h = 0; h <= hours; h += hours / 4)
            text(x_of(h), y0 + 16, fixed(h, 0) + " h", "text-anchor=\"middle\" fill=\"#555\"");
        for (std::size_t i = 0; i < lines.size(); ++i) {
            out_ << "<polyline fill=\"none\" stroke-width=\"2\" stroke=\"" << color(i) << "\" points=\"";
            for (const auto& [h, value] : lines[i])
                out_ << fixed(x_of(h), 1) << ',' << fixed(y0 - panel * value / most, 1) << ' ';
            out_ << "\"/>\n";
        }
    }

    const std::string unit_;
    const double divisor_;
    std::ostringstream out_;
};

inline std::string plot(const std::vector<outcome>& outcomes, const std::string& title)
{
    return plotter("thousands of ", 1000).draw(outcomes, title);
}

} // namespace simulation

#endif
