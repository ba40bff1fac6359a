#include "monitoring/instruments.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>

namespace sellavie::monitoring {

void counter::increment(double by) const { series_->Increment(by); }
double counter::value() const { return series_->Value(); }

void gauge::set(double value) const { series_->Set(value); }
void gauge::increment(double by) const {
  if (series_ != nullptr) series_->Increment(by);
}
void gauge::decrement(double by) const {
  if (series_ != nullptr) series_->Decrement(by);
}
double gauge::value() const { return series_->Value(); }

void histogram::observe(double value) const { series_->Observe(value); }

}  // namespace sellavie::monitoring
